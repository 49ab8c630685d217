import type { Stores } from "../core/database.ts";

/** Part of the transaction that calls it. Answers whether anything was left to ask for. */
export async function requestCancel(
  { experiments, queue, events }: Pick<Stores, "experiments" | "queue" | "events">,
  { id, projectId }: { readonly id: string; readonly projectId: string },
  { kill, reason }: { readonly kill: boolean; readonly reason?: string },
): Promise<boolean> {
  if (!(await experiments.requestCancel(id, kill, reason))) return false;
  await queue.wake("experiment", [id]);
  await events.publish(
    { kind: "cancel", experimentId: id },
    { kind: "work" },
    { kind: "experiment", experimentId: id, projectId },
  );
  return true;
}
