/** What somebody should look at again. Sent when the transaction commits; at most one notification each. */
export type Hint =
  | { readonly kind: "work" }
  | { readonly kind: "schedule" }
  | { readonly kind: "observe"; readonly engine: string }
  | { readonly kind: "experiment"; readonly experimentId: string; readonly projectId: string }
  /** Aborts what is in flight for it on any server. */
  | { readonly kind: "cancel"; readonly experimentId: string };

/** A hint to look again, never the truth itself. */
export interface EventBus {
  /** Inside a transaction it is sent with the commit, coalesced. */
  publish(...hints: readonly Hint[]): void | Promise<void>;
  /** Calls back for hints of all servers; answers how to stop. */
  subscribe(listener: (hint: Hint) => void): () => void;
}
