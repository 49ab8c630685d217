import type { Stores } from "../../core/database.ts";
import type { Attempt, RunMove } from "../../core/run.ts";

type Write = (stores: Stores) => Promise<void>;

/** What one look at a run came to. Throwing means that the platform is at fault, and is tried again. */
export type RunResult =
  | { readonly kind: "moved"; readonly move: RunMove; readonly write?: Write }
  /** Nothing changed its state; look again at once. */
  | { readonly kind: "again"; readonly write: Write }
  /** With `seconds` it is looked at again then, without it a wake is owed. */
  | { readonly kind: "wait"; readonly seconds?: number; readonly write?: Write };

/** Every way in which a run can end closes its attempt in the same transaction. */
export function over(attempt: Attempt | undefined, move: RunMove): RunResult {
  if (attempt === undefined) return { kind: "moved", move };
  return { kind: "moved", move, write: ({ runs }) => runs.closeAttempt(attempt.id) };
}
