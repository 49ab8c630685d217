/** A repository that is due to be asked, as claimed. */
export interface DuePoll {
  readonly projectId: string;
  /** Whether its refs were ever recorded as seen: else this look is the base, and starts nothing. */
  readonly hasBase: boolean;
  /** How often the look failed in a row. */
  readonly failures: number;
}

/** How the last look at a repository went. */
export interface PollResult {
  readonly polledAt: Date | undefined;
  /** A sentence; undefined where it worked. */
  readonly problem: string | undefined;
}

export interface PollStore {
  /** Up to `limit` that are due, for this server alone; one whose server dies is due again after a minute and a half. */
  claim(limit: number): Promise<readonly DuePoll[]>;
  /** What came of it, and when to look again. */
  record(
    projectId: string,
    result: { readonly problem: string | undefined; readonly nextInSeconds: number },
  ): Promise<void>;
  /** Its refs were recorded as seen: from now on what moves is new. */
  setBase(projectId: string): Promise<void>;
  find(projectId: string): Promise<PollResult | undefined>;
}

export const SHORTEST_POLL_SECONDS = 10;
const LONGEST_PAUSE_SECONDS = 600;

/** Until the next look: twice as long after each failure, and never all projects at the same moment. `chance`: 0 to 1. */
export function nextPollSeconds(everySeconds: number, failures: number, chance: number): number {
  const longest = Math.max(everySeconds, LONGEST_PAUSE_SECONDS);
  const pause = Math.min(longest, everySeconds * 2 ** Math.min(failures, 20));
  return pause * (0.9 + 0.2 * chance);
}
