/** Something that must always hold, as the question for the rows that break it. */
export interface Invariant {
  readonly name: string;
  readonly sentence: string;
  /** A select of columns with names of their own; it may use the tables `machines` and `total`. */
  readonly sql: string;
}

/** Experiments that something may still happen to, or lately did: the minutes span several rounds of the sweep. */
export const ACTIVE_OR_RECENT = `(e.finished_at is null or e.finished_at > now() - interval '10 minutes')`;
