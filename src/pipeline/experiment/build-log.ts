import type { ExperimentAt } from "../../core/experiment.ts";
import type { Ports } from "../../core/ports.ts";
import { StepLog } from "./step-log.ts";

/** The log of Building, without what is secret. */
export const buildLog = (
  { logs }: Pick<Ports, "logs">,
  { id: experimentId }: Pick<ExperimentAt<"Building">, "id">,
  hidden: readonly string[] = [],
): StepLog => new StepLog(logs, { experimentId, step: "Building" }, hidden);
