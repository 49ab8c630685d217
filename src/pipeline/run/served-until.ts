import type { Observation, ReplicaState } from "../../core/engine.ts";
import type { RunPlan } from "../../core/run.ts";

/**
 * When the last replica ended that does not only serve others, in milliseconds, where all of these ended well; undefined
 * where one of them runs or failed, and in a run without servants.
 */
export function servedUntil(
  { replicas }: Pick<RunPlan, "replicas">,
  seen: Observation["replicas"],
): number | undefined {
  const served = replicas.filter(({ serves }) => serves !== true);
  if (served.length === replicas.length) return undefined;
  let last = 0;
  for (const { name } of served) {
    const state = seen[name];
    if (state?.kind !== "exited" || state.exitCode !== 0) return undefined;
    last = Math.max(last, endedAt(state));
  }
  return last;
}

/** In milliseconds; 0 where the engine does not know. */
export function endedAt({ finishedAt = "" }: Extract<ReplicaState, { kind: "exited" }>): number {
  const time = Date.parse(finishedAt);
  return Number.isNaN(time) ? 0 : time;
}
