/** What somebody should look at again. Sent once the transaction has committed. */
export type Hint =
  | { readonly kind: "work" }
  | { readonly kind: "schedule" }
  | { readonly kind: "observe"; readonly engine: string }
  | { readonly kind: "experiment"; readonly experimentId: string; readonly projectId: string }
  /** Aborts what is in flight for it on any server. */
  | { readonly kind: "cancel"; readonly experimentId: string };

/** A hint to look again, never the truth itself. */
export interface EventBus {
  /** Inside a transaction it is sent after the commit, coalesced. */
  publish(...hints: readonly Hint[]): void | Promise<void>;
  /** Calls back for hints of all servers; answers how to stop. */
  subscribe(listener: (hint: Hint) => void): () => void;
}
