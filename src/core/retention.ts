import type { LocalImage } from "./builder.ts";
import type { ObjectInfo } from "./object-store.ts";

/** How long things are kept after their last use. Undefined is for ever; outputs and records always are. */
export interface Keep {
  readonly imagesDays: number | undefined;
  readonly archivesDays: number | undefined;
  readonly logsDays: number | undefined;
  /** The share of Docker's disk, 0..1, that the build cache may take. */
  readonly buildCacheShare: number;
}

/** Something that was kept long enough. */
export interface Expired {
  /** An image's digest, an archive's key, an experiment's id. */
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly lastUsedAt: Date;
  /** The newest few of those that used it: `digits#12`. */
  readonly experiments: readonly string[];
}

export interface ExpiredTotal {
  readonly count: number;
  readonly bytes: number;
  readonly oldest: Date | undefined;
}

/** Files that no row speaks of any more. */
export interface Removal {
  /** Named by the experiment's id, the archive's key, the project's slug. */
  readonly kind: "logs" | "archive" | "repository";
  readonly name: string;
}

/** What may go. Nothing that an active experiment uses, or its parent used; `days` undefined is never. */
export interface RetentionStore {
  /** Of these, the longest unused first; and every one whose project was deleted. */
  unusedImages(
    daemon: string,
    images: readonly LocalImage[],
    days: number | undefined,
  ): Promise<readonly Expired[]>;
  /** Forgets those of this daemon that are not there, if they were not used for so long either. */
  forgetImages(daemon: string, there: readonly string[], days: number | undefined): Promise<void>;
  /** Of these, in their order. */
  unusedArchives(
    archives: readonly ObjectInfo[],
    days: number | undefined,
  ): Promise<readonly Expired[]>;
  /** Experiments whose logs were kept long enough since they finished, oldest first. */
  expiredLogs(days: number | undefined, limit: number): Promise<readonly Expired[]>;
  expiredLogsTotal(days: number | undefined): Promise<ExpiredTotal>;
  /** From here on these logs are gone for whoever asks, and their files are to be removed. Answers of how many. */
  giveUpLogs(days: number | undefined, limit: number): Promise<number>;
  /** Oldest first. */
  removals(limit: number): Promise<readonly Removal[]>;
  /** The files are gone. */
  removed(removal: Removal): Promise<void>;
}
