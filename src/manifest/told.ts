import { MOST_FAULTS, type Fault } from "./issues.ts";

/** The most characters that are said of a file: a hostile one has names as long as itself, and a fault in each. */
const MOST_CHARACTERS = 64 * 1024;

/** What is said of a file: in its order, no more than anybody reads. */
export function told(faults: readonly Fault[]): readonly Fault[] {
  const first = faults.toSorted((a, b) => a.at - b.at).slice(0, MOST_FAULTS);
  const most = Math.floor(MOST_CHARACTERS / Math.max(1, first.length) / 4);
  return first.map(({ at, path, message, suggestion }) => ({
    at,
    path: shortened(path, most),
    message: shortened(message, 2 * most),
    suggestion: suggestion === undefined ? undefined : shortened(suggestion, most),
  }));
}

/** Without its middle: a sentence keeps its end. */
const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 60)} … ${text.slice(-50)}`.toWellFormed();
