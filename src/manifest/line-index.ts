/** Line and column, both from 1, of offsets into a text. */
export class LineIndex {
  readonly #starts: readonly number[];

  constructor(text: string) {
    // As YAML has it: a carriage return ends a line by itself, too.
    const ends = text.matchAll(/\r\n|\r|\n/g);
    this.#starts = [0, ...Array.from(ends, ({ 0: end, index }) => index + end.length)];
  }

  at(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: Math.max(0, offset - (this.#starts[low] ?? 0)) + 1 };
  }
}
