import type { Admission } from "../core/admission.ts";
import type { Stores } from "../core/database.ts";
import { requestCancel } from "./request-cancel.ts";
import { noteOf, STARTING } from "./run/note.ts";

/** Writes down what the scheduler has decided, in its transaction, and wakes whom it concerns. */
export async function recordAdmission(stores: Stores, decision: Admission): Promise<void> {
  const { experiments, runs, queue, events } = stores;
  const { admitted, superseded, reserved, queued } = decision;
  for (const { experimentId: id, projectId, reason } of superseded)
    await requestCancel(stores, { id, projectId }, { kill: false, reason });
  // The jobs first, as whoever works on one of them has it locked before it writes anything else.
  await queue.wake("experiment", admitted);
  await queue.wake(
    "run",
    reserved.map(({ runId }) => runId),
  );
  if (admitted.length > 0) await experiments.admit(admitted);
  if (reserved.length > 0) await runs.reserve(reserved);
  // In one statement: each round says of up to a thousand what they wait for.
  await runs.reasons([...queued, ...reserved.map(({ runId }) => ({ runId, reason: STARTING }))]);
  for (const { id, projectId } of await experiments.notes(notesOf(decision)))
    await events.publish({ kind: "experiment", experimentId: id, projectId });
  if (admitted.length > 0 || reserved.length > 0) await events.publish({ kind: "work" });
}

const notesOf = ({
  held,
  queued,
  reserved,
}: Admission): readonly { readonly id: string; readonly note: string }[] => [
  ...held.map(({ experimentId, reason }) => ({ id: experimentId, note: `queued: ${reason}` })),
  ...queued.map(({ experimentId, reason }) => ({
    id: experimentId,
    note: noteOf({ state: "Queueing", reason, attempt: 1 }),
  })),
  // It waits for its place no more, whatever it said until now.
  ...reserved.map(({ experimentId }) => ({ id: experimentId, note: STARTING })),
];
