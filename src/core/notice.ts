import type { Page, PageRequest } from "./experiment-store.ts";
import type { ForgeCredential } from "./forge.ts";

/** When a destination wants to hear: of any ending, of failures alone, of what waits for somebody's approval. */
export const NOTICE_EVENTS = ["finished", "failed", "approval"] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

/** What is needed to tell somebody: secret as a whole. */
export type Access =
  | { readonly kind: "forge"; readonly credential: ForgeCredential }
  | { readonly kind: "webhook"; readonly url: string; readonly secret: string }
  | { readonly kind: "slack"; readonly url: string };

/** Where a project's notices go, as far as anybody may read it. */
export interface Destination {
  readonly id: string;
  readonly kind: Access["kind"];
  /** Of its URL, what is no secret: scheme and host. */
  readonly address: string;
  /** Of a forge: none; it is told every move. */
  readonly events: readonly NoticeEvent[];
  readonly createdBy: string | undefined;
  readonly createdAt: Date;
  /** Why it could not be told when that was last tried. */
  readonly trouble: string | undefined;
  readonly pausedUntil: Date | undefined;
}

export const NOTICE_STATES = ["owed", "told", "superseded", "refused"] as const;
export type NoticeState = (typeof NOTICE_STATES)[number];

/** What a move owes to one destination. */
export interface Notice {
  readonly id: string;
  readonly destinationId: string;
  readonly kind: Access["kind"];
  readonly address: string;
  readonly experimentId: string;
  readonly experimentNumber: number;
  /** `status`: the commit's status, one row that each move makes owed again. */
  readonly event: "status" | "finished" | "approval";
  readonly state: NoticeState;
  /** In vain, since it is owed. */
  readonly tries: number;
  /** Why it was not told, at the last try. */
  readonly reason: string | undefined;
  readonly owedAt: Date;
  readonly settledAt: Date | undefined;
}

/** The next notice that an experiment owes to one destination. */
export interface OwedNotice {
  readonly id: string;
  readonly destinationId: string;
  readonly event: Notice["event"];
  /** Grows with each move: what is told while a newer one comes is owed still. */
  readonly version: number;
  readonly tries: number;
  /** How often in a row its destination could tell nothing. */
  readonly failures: number;
  readonly owedSeconds: number;
  /** 0 where it is due. */
  readonly dueInSeconds: number;
  /** A later experiment of the same commit and manifest speaks for them. */
  readonly isSuperseded: boolean;
  /** Scheme and host, as they were when the access was given. */
  readonly address: string;
  readonly access: Access;
}

export type Settlement =
  | { readonly state: "told" | "superseded" }
  | { readonly state: "refused"; readonly reason: string }
  /** Tried again in `seconds`; its destination is left alone for `pauseSeconds`. */
  | {
      readonly state: "owed";
      readonly reason: string;
      readonly seconds: number;
      readonly pauseSeconds: number;
    };

/** What moves owe to the outside. The database writes it itself, with each move, in the move's transaction. */
export interface Outbox {
  /** The oldest of each destination, in the order in which they are owed. */
  owed(experimentId: string): Promise<readonly OwedNotice[]>;
  /** In how many seconds the next one is due; undefined where none is owed. */
  nextDueSeconds(experimentId: string): Promise<number | undefined>;
  settle(notice: OwedNotice, settlement: Settlement): Promise<void>;
  /** All that an experiment still owes, where nobody can tell it any more. */
  abandon(experimentId: string, reason: string): Promise<void>;
  list(projectId: string, page: PageRequest): Promise<Page<Notice>>;
  /** By kind of destination: how many are owed, and for how many seconds the oldest. */
  depth(): Promise<
    readonly {
      readonly kind: Access["kind"];
      readonly owed: number;
      readonly oldestSeconds: number;
    }[]
  >;
}

export interface NewDestination {
  readonly projectId: string;
  readonly address: string;
  readonly events: readonly NoticeEvent[];
  readonly access: Access;
  readonly createdBy: string | undefined;
}

export interface DestinationStore {
  list(projectId: string): Promise<readonly Destination[]>;
  /**
   * Inside a transaction. What is active now owes it the moves from here on. A project has one forge: another credential
   * takes the place of the one before, and what that one was refused in the last day is owed again.
   */
  put(destination: NewDestination): Promise<Destination>;
  /** With what is owed to it. Safe to repeat. */
  remove(projectId: string, id: string): Promise<void>;
}
