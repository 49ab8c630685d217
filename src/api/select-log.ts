import type { LogQuery } from "../contract/log.ts";
import { STEPS } from "../core/experiment.ts";
import type { LogRecord } from "../core/log-store.ts";
import type { Run } from "../core/run.ts";

/** Which of an experiment's logs a query means: the last step that has one, its last run and attempt, replica 0. */
export function selectLog(
  logs: readonly LogRecord[],
  runs: readonly Run[],
  wanted: Pick<LogQuery, "step" | "run" | "attempt" | "replica">,
): LogRecord | undefined {
  const ofRun = wanted.run ?? wanted.attempt ?? wanted.replica;
  const step =
    wanted.step ??
    (ofRun === undefined
      ? STEPS.findLast((name) => logs.some((log) => log.step === name))
      : "Running");
  const ofStep = logs.filter((log) => log.step === step);
  if (step !== "Running") return ofStep.at(-1);

  const run = runs.findLast((each) =>
    wanted.run === undefined
      ? ofStep.some((log) => log.runId === each.id)
      : each.id === wanted.run || each.name === wanted.run,
  );
  const logsOfRun = ofStep.filter((log) => log.runId === run?.id);
  const attempt = wanted.attempt ?? Math.max(...logsOfRun.map((log) => log.attempt ?? 0));
  const replica = replicaName(run, wanted.replica);
  return logsOfRun.find((log) => (log.attempt ?? 0) === attempt && log.replica === replica);
}

/** A replica by its name or its index. */
function replicaName(run: Run | undefined, wanted = "0"): string | undefined {
  const names = run?.plan.replicas.map(({ name }) => name) ?? [];
  return (
    names.find((name) => name === wanted) ?? names[/^\d{1,6}$/.test(wanted) ? Number(wanted) : -1]
  );
}
