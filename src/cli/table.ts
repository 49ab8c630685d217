import { stripVTControlCharacters } from "node:util";

/** Columns under their heads, each as wide as its widest cell. Without rows there are no heads either. */
export function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  if (rows.length === 0) return [];
  const cells = [heads, ...rows.map((row) => row.map(oneLine))];
  const widths = heads.map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** Names and values in two columns; what has no value is left out. */
export function facts(
  entries: readonly (readonly [string, string | number | null | undefined])[],
): readonly string[] {
  const shown = entries.filter(
    ([, value]) => value !== null && value !== undefined && value !== "",
  );
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${oneLine(String(value))}`);
}

/** What others wrote, so that it changes neither the layout nor the terminal. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\p{Cc}/gu, "");
}

/** Cut to a width, and said to be. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
