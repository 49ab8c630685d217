/** Something that waits in a line. */
export interface InLine {
  /** 1..99, smaller is sooner. */
  readonly priority: number;
  /** Grows with creation. */
  readonly sequence: number;
  /** Since it was made. */
  readonly waitedSeconds: number;
}

/**
 * A point of priority is worth so much waiting. So nobody waits for ever: after a day at most everything that comes
 * stands behind, whatever its priority; and the order of two that wait never changes.
 */
export const SECONDS_PER_POINT = 900;

/** Whose turn is it? Smaller priority number first, then age. For `toSorted`. */
export function byTurn(a: InLine, b: InLine): number {
  return standing(a) - standing(b) || a.sequence - b.sequence;
}

const standing = ({ priority, waitedSeconds }: InLine): number =>
  priority * SECONDS_PER_POINT - waitedSeconds;

/** Beyond this a place is not told exactly: it would have to be written anew for everybody whenever somebody goes. */
const LAST_TOLD = 100;

/** Hands out places in lines, in the order in which it is asked: "next in line", "2nd in line", … */
export class Lines {
  readonly #lengths = new Map<string, number>();

  next(line: string): string {
    const position = (this.#lengths.get(line) ?? 0) + 1;
    this.#lengths.set(line, position);
    if (position === 1) return "next in line";
    if (position > LAST_TOLD) return `more than ${LAST_TOLD} are before it in line`;
    return `${ordinal(position)} in line`;
  }
}

function ordinal(position: number): string {
  const tens = position % 100;
  const suffix =
    tens >= 11 && tens <= 13 ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[position % 10] ?? "th");
  return `${position}${suffix}`;
}
