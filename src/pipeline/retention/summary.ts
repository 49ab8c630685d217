import type { Expired, ExpiredTotal } from "../../core/retention.ts";

/** How many are named. */
export const FIRST = 5;

export interface Summary extends ExpiredTotal {
  /** The longest unused. */
  readonly first: readonly Expired[];
}

/** In one pass, however many there are. */
export async function summaryOf(all: AsyncIterable<Expired> | Iterable<Expired>): Promise<Summary> {
  let count = 0;
  let bytes = 0;
  let first: readonly Expired[] = [];
  for await (const expired of all) {
    count += 1;
    bytes += expired.bytes;
    first = [...first, expired]
      .toSorted((one, other) => one.lastUsedAt.getTime() - other.lastUsedAt.getTime())
      .slice(0, FIRST);
  }
  return { count, bytes, oldest: first[0]?.lastUsedAt, first };
}
