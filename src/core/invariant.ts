import type { Machine } from "./engine.ts";

/** Something that must always hold, and does not. */
export interface BrokenInvariant {
  /** As docs/invariants.md lists it, and as a metric's label carries it. */
  readonly name: string;
  /** What must hold. */
  readonly sentence: string;
  /** What breaks it; never empty, and the first ones where there are many. */
  readonly rows: readonly object[];
}

/** A machine of an engine that answers, as large as it is now. */
export interface EngineMachine extends Machine {
  readonly engine: string;
  /** Which Docker daemon's it is, where there is one. */
  readonly daemon?: string | undefined;
}

export interface InvariantStore {
  /** The names of all, in the order of docs/invariants.md. */
  readonly names: readonly string[];
  /**
   * Asks each in a snapshot of its own. What is reserved is held against `machines`, and what is active in all against
   * `maxActive`; what is not known breaks nothing.
   */
  broken(
    machines: readonly EngineMachine[],
    maxActive?: number,
  ): Promise<readonly BrokenInvariant[]>;
}
