import type { ExperimentItem } from "../../contract/experiment.ts";

/** The sentence that saves opening it: what went wrong, or what it waits for. */
export function whyOf({ status, step, steps, runs }: ExperimentItem): string {
  const current = steps.find(({ name }) => name === step);
  if (status === "Failed") return current?.exception?.message ?? "";
  if (status !== "Processing" && status !== "Created") return "";
  const queueing = runs.find(({ state, reason }) => state === "Queueing" && reason !== null);
  return current?.note ?? queueing?.reason ?? "";
}
