import type { Experiment } from "../../core/experiment.ts";
import { experimentCan } from "../../core/lifecycle.ts";
import type { Ports } from "../../core/ports.ts";
import { requestCancel } from "../request-cancel.ts";

export interface CancelAnswer {
  readonly changed: boolean;
  /** Why nothing was left to do. */
  readonly message?: string;
  readonly experiment: Experiment;
}

/** Asks for the end, in every step. Graceful unless `kill`; safe to repeat. */
export async function cancel(
  { database }: Pick<Ports, "database">,
  { id, projectId }: Experiment,
  { kill }: { readonly kill: boolean },
): Promise<CancelAnswer> {
  const changed = await database.transaction((stores) =>
    requestCancel(stores, { id, projectId }, { kill }),
  );
  const experiment = await database.experiments.find(id);
  if (experiment === undefined) throw new Error(`experiment ${id} is gone`);
  if (changed) return { changed, experiment };
  const answer = kill ? experimentCan.kill(experiment) : experimentCan.cancel(experiment);
  return {
    changed,
    experiment,
    message: answer.allowed ? "Nothing was left to do." : answer.reason,
  };
}
