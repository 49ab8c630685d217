import { stripVTControlCharacters } from "node:util";

/** Text in pieces → whole lines that a terminal may show: whoever wrote them moves no cursor and sets no title. */
export class SafeLines {
  #rest = "";

  push(text: string): readonly string[] {
    const lines = (this.#rest + text).split(/\r?\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    return lines.map(safe);
  }

  /** What came behind the last line's end. */
  end(): readonly string[] {
    const rest = this.#rest;
    this.#rest = "";
    return rest === "" ? [] : [safe(rest)];
  }
}

const safe = (line: string): string =>
  stripVTControlCharacters(line).replaceAll(/[^\P{Cc}\t]/gu, "");
