/** A part of a log as lines: text comes at its end while it is written, and at its beginning when one scrolls up. */
export class LogLines {
  #lines: string[] = [];
  /** The last line has no end yet. */
  #open = "";

  /** As they are now; they stay so. */
  copy(): readonly string[] {
    return this.#open === "" ? [...this.#lines] : [...this.#lines, this.#open];
  }

  append(text: string): void {
    const parts = `${this.#open}${text}`.split("\n");
    this.#open = parts.pop() ?? "";
    for (const part of parts) this.#lines.push(part);
  }

  /** Whole lines. */
  prepend(text: string): void {
    const parts = text.split("\n");
    parts.pop();
    this.#lines = [...parts, ...this.#lines];
  }

  /** Leaves out the first ones where there are too many; answers how many bytes these had. */
  trim(most: number): number {
    if (this.#lines.length <= most) return 0;
    const gone = this.#lines.splice(0, this.#lines.length - Math.floor(most / 2));
    return new TextEncoder().encode(`${gone.join("\n")}\n`).length;
  }
}
