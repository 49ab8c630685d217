export interface DiffLine {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** Beyond so many pairs of lines, what lies between the equal beginnings and ends is shown as exchanged as a whole. */
const MOST_PAIRS = 4_000_000;

/** The least that has to be removed and added to make one text the other, line by line. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const one = before.split("\n");
  const other = after.split("\n");
  const head = commonLength(one, other);
  const tail = commonLength(one.slice(head).toReversed(), other.slice(head).toReversed());
  const kind = (lines: readonly string[], kind: DiffLine["kind"]): readonly DiffLine[] =>
    lines.map((text) => ({ kind, text }));
  const middle = [
    one.slice(head, one.length - tail),
    other.slice(head, other.length - tail),
  ] as const;
  return [
    ...kind(one.slice(0, head), "same"),
    ...(middle[0].length * middle[1].length > MOST_PAIRS
      ? [...kind(middle[0], "removed"), ...kind(middle[1], "added")]
      : shortest(...middle)),
    ...kind(one.slice(one.length - tail), "same"),
  ];
}

function commonLength(one: readonly string[], other: readonly string[]): number {
  const end = one.findIndex((line, index) => line !== other[index]);
  return end === -1 ? Math.min(one.length, other.length) : end;
}

/** By the longest common subsequence, from a table of what is left of both from each pair of lines on. */
function shortest(one: readonly string[], other: readonly string[]): readonly DiffLine[] {
  const width = other.length + 1;
  const common = new Uint32Array((one.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = one.length - 1; row >= 0; row -= 1)
    for (let column = other.length - 1; column >= 0; column -= 1)
      common[row * width + column] =
        one[row] === other[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
  const lines: DiffLine[] = [];
  let row = 0;
  let column = 0;
  while (row < one.length || column < other.length) {
    const [removed, added] = [one[row], other[column]];
    if (removed !== undefined && removed === added) {
      lines.push({ kind: "same", text: removed });
      row += 1;
      column += 1;
    } else if (
      removed !== undefined &&
      (added === undefined || at(row + 1, column) >= at(row, column + 1))
    ) {
      lines.push({ kind: "removed", text: removed });
      row += 1;
    } else {
      lines.push({ kind: "added", text: added ?? "" });
      column += 1;
    }
  }
  return lines;
}
