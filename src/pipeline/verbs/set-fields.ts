import { PreconditionFailedError } from "../../core/errors.ts";
import type { Experiment } from "../../core/experiment.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Ports } from "../../core/ports.ts";

/** Replaces the fields; with a version, only where nobody has written since. */
export async function setFields(
  { database, events }: Pick<Ports, "database" | "events">,
  { id, projectId }: Experiment,
  fields: JsonObject,
  expectedVersion?: number,
): Promise<{ readonly fields: JsonObject; readonly version: number }> {
  const version = await database.experiments.setFields(id, fields, expectedVersion);
  if (version === undefined)
    throw new PreconditionFailedError("Somebody has written the fields since: read them again.");
  await events.publish({ kind: "experiment", experimentId: id, projectId });
  return { fields, version };
}
