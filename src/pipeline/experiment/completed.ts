import type { ExperimentAt } from "../../core/experiment.ts";
import type { Ports } from "../../core/ports.ts";
import { readMetricsToEnd } from "../metrics/read-to-end.ts";
import type { StepResult } from "./step-result.ts";

/** Everything has ended well: the outputs are the project's. */
export async function completed(
  ports: Pick<Ports, "buckets" | "database" | "log" | "workspaces">,
  experiment: ExperimentAt<"Completed">,
): Promise<StepResult> {
  const lost = await ports.workspaces.close(experiment);
  await readMetricsToEnd(ports, experiment);
  return lost.length === 0 ? { kind: "done" } : { kind: "done", note: lost.join(" ") };
}
