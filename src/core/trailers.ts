export interface Trailer {
  /** As written. */
  readonly token: string;
  readonly value: string;
}

/** The trailers of a commit message and the lines that are none. */
export interface TrailerReading {
  readonly trailers: readonly Trailer[];
  /** The body's lines outside the trailer block. */
  readonly otherLines: readonly string[];
}

/**
 * Git's own rule (trailer.c): the last paragraph, never the first one, if all its lines are trailers, or if it holds
 * a line that git writes itself and at least a quarter of it is trailers.
 */
export function readTrailers(lines: readonly string[]): TrailerReading {
  const start = blockStart(lines);
  const otherLines = lines.slice(1, start);
  const trailers: { readonly token: string; readonly values: string[] }[] = [];
  // A folded line belongs to the line before it, also where that is no trailer.
  let values: string[] = [];
  for (const line of lines.slice(start)) {
    if (line.startsWith("#") || isBlank(line)) continue;
    if (/^\s/.test(line)) {
      values.push(line.trim());
      continue;
    }
    const trailer = trailerOf(line);
    values = [trailer?.value ?? ""];
    if (trailer !== undefined) trailers.push({ token: trailer.token, values });
  }
  return {
    trailers: trailers.map(({ token, values }) => ({ token, value: values.join(" ").trim() })),
    otherLines,
  };
}

/** `Token: value`, or undefined. */
export function trailerOf(line: string): Trailer | undefined {
  const match = /^([A-Za-z0-9-]+)[ \t]*:/.exec(line);
  return match?.[1] === undefined
    ? undefined
    : { token: match[1], value: line.slice(match[0].length).trim() };
}

const GIT_WRITES = ["Signed-off-by: ", "(cherry picked from commit "];

/** The index of the block's first line; the number of lines where there is no block. */
function blockStart(lines: readonly string[]): number {
  const titleEnd = lines.findIndex((line) => !line.startsWith("#") && isBlank(line));
  if (titleEnd < 0) return lines.length;
  let trailers = 0;
  let others = 0;
  let folded = 0;
  let gitWrote = false;
  let started = false;
  for (let index = lines.length - 1; index >= titleEnd; index -= 1) {
    const line = lines[index] ?? "";
    if (line.startsWith("#")) {
      others += folded;
      folded = 0;
    } else if (isBlank(line)) {
      if (!started) continue;
      others += folded;
      const isBlock = gitWrote ? trailers * 3 >= others : trailers > 0 && others === 0;
      return isBlock ? index + 1 : lines.length;
    } else {
      started = true;
      if (GIT_WRITES.some((prefix) => line.startsWith(prefix))) {
        gitWrote = true;
        trailers += 1;
        folded = 0;
      } else if (/^\s/.test(line)) folded += 1;
      else if (trailerOf(line) === undefined) {
        others += 1 + folded;
        folded = 0;
      } else {
        trailers += 1;
        folded = 0;
      }
    }
  }
  return lines.length;
}

const isBlank = (line: string): boolean => line.trim() === "";
