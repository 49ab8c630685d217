import type { LogKey } from "../../core/log-store.ts";
import type { Ports } from "../../core/ports.ts";
import type { Attempt, Run } from "../../core/run.ts";

/** Which log a replica's output goes to. */
export function logKey(run: Run, attempt: Attempt, replica: string): LogKey {
  const { experimentId, id: runId } = run;
  return { experimentId, step: "Running", runId, attempt: attempt.number, replica };
}

/** Ends the attempt's logs as they are: nothing more will come. Whoever still follows them is refused. */
export async function sealLogs(
  { logs }: Pick<Ports, "logs">,
  run: Run,
  attempt: Attempt,
): Promise<void> {
  for (const { name } of run.plan.replicas) {
    const writer = await logs.open(logKey(run, attempt, name), []);
    await writer.seal();
  }
}
