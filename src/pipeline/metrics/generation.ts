/** A program that begins its file anew more often than this in one attempt is believed each time, but replaces no more. */
const MOST_REWRITES = 999;

/** What an attempt reports, until it begins its file anew. */
export const generationOf = (attempt: number): number => attempt * (MOST_REWRITES + 1);

export const nextGeneration = (generation: number): number =>
  generation % (MOST_REWRITES + 1) === MOST_REWRITES ? generation : generation + 1;
