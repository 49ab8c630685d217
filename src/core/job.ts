export const JOB_KINDS = ["experiment", "run", "delivery", "notice"] as const;
export type JobKind = (typeof JOB_KINDS)[number];

/** A queue entry, as claimed. */
export interface Job {
  readonly id: string;
  readonly kind: JobKind;
  /** The experiment, run or delivery to move on; of a notice, the experiment that owes it. */
  readonly subjectId: string;
  /** Grows with each claim: a writer that lost its lease is known by it. */
  readonly token: number;
  /** How often it threw in a row; as all that is counted here, since it last got on. */
  readonly failures: number;
  /** How often a lease on it was lost in a row. */
  readonly lostLeases: number;
  /** How long the engine that it needs has not answered; undefined where it did when it was last asked. */
  readonly unreachableSeconds: number | undefined;
  /** What it last failed with. */
  readonly error: string | undefined;
  /** Wakes counted so far; one that comes later makes it due at once. */
  readonly wakes: number;
  /** The safety net made it due, not a wake: counted, as without faults it never is. */
  readonly overdue: boolean;
}

/** At least once: a job whose server dies is handed out again. Every write names its own lease. */
export interface Queue {
  /**
   * A new job. With `daemon` it is for servers that reach that Docker daemon; due now, or with `netSeconds` once it is
   * woken, and that is the safety net. Where it is there already, it is woken.
   */
  push(
    kind: JobKind,
    subjectId: string,
    how?: { readonly daemon?: string | undefined; readonly netSeconds?: number | undefined },
  ): Promise<void>;
  /** From now on it is for servers that reach this Docker daemon; undefined: for any. Who has claimed it goes on. */
  bind(kind: JobKind, subjectId: string, daemon: string | undefined): Promise<void>;
  /** Up to `limit` due jobs that this server can do: those without a Docker daemon, and those of one that it reaches. */
  claim(limit: number): Promise<readonly Job[]>;
  /**
   * Inside a transaction: locks the job, and throws LostLeaseError where this claim no longer holds it. The answer has
   * counted the wakes until now: what is read after the transaction has seen all of them.
   */
  hold(job: Job): Promise<Job>;
  /** Inside a transaction: it got on, so what failed until now says nothing about what comes. Answers the same claim. */
  forgive(job: Job): Promise<Job>;
  /**
   * Makes due what this server holds but for `jobs`: what it could not hand back, or was given without hearing of it, as
   * the database was away. Not while it claims.
   */
  keepOnly(jobs: readonly Job[]): Promise<void>;
  /**
   * Hands it back, at once if a wake came since `look`, and answers whether one did. `timer`: due in `seconds` because
   * something is to be done then. `net`: a wake is expected, and `seconds` is only the safety net.
   */
  release(job: Job, seconds: number, why: "timer" | "net"): Promise<boolean>;
  /** Hands it back because the engine that it needs does not answer, due in `seconds`: the time of its silence adds up. */
  awaitEngine(job: Job, seconds: number): Promise<void>;
  /** Hands it back after a fault of the platform's, due in `seconds`. Does nothing where the lease is lost. */
  retry(job: Job, seconds: number, error: string): Promise<void>;
  /** Nothing is left to do. */
  finish(job: Job): Promise<void>;
  /** Makes it due; during a claim, makes it due right after. */
  wake(kind: JobKind, subjectIds: readonly string[]): Promise<void>;
  /** How many are due or claimed, by kind, and the age in seconds of the oldest due one. */
  depth(): Promise<
    readonly {
      readonly kind: JobKind;
      readonly due: number;
      readonly claimed: number;
      readonly waiting: number;
      readonly oldestDueSeconds: number;
    }[]
  >;
}
