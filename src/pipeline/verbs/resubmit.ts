import { GoneError, InvalidError } from "../../core/errors.ts";
import type { Experiment, Overrides } from "../../core/experiment.ts";
import { applyOverrides } from "../../core/overrides.ts";
import type { Ports } from "../../core/ports.ts";
import { uploadGoneOf } from "../experiment/archive-gone.ts";
import { firstOfSameInstant, idempotencyOf, madeBefore } from "./idempotency.ts";

/** A new experiment of the same commit and manifest, by default with the same image; never the old one again. */
export async function resubmit(
  ports: Pick<Ports, "archives" | "database" | "keep" | "manifests">,
  parent: Experiment,
  {
    freshBuild,
    overrides,
    by,
    idempotencyKey,
    requestId,
  }: {
    readonly freshBuild?: boolean | undefined;
    readonly overrides?: Overrides | undefined;
    readonly by: string;
    readonly idempotencyKey?: string | undefined;
    readonly requestId?: string | undefined;
  },
): Promise<Experiment> {
  const { database, manifests } = ports;
  const asked = { parent: parent.id, freshBuild, overrides };
  const idempotency = idempotencyOf(idempotencyKey, asked);
  const before = await madeBefore(database.experiments, parent.projectId, idempotency);
  if (before !== undefined) return before;
  const gone = await uploadGoneOf(ports, parent);
  if (gone !== undefined) throw new GoneError(gone);
  const merged = merge(parent.overrides, { ...overrides, freshBuild });
  // The parent's manifest is known: what cannot be is refused now, not in Cloning.
  const manifest = parent.manifestText && manifests.parse(parent.manifestText).manifest;
  if (manifest) {
    const { errors } = applyOverrides(manifest, merged);
    if (errors.length > 0)
      throw new InvalidError(errors.map(({ message }) => message).join(" "), errors);
  }
  return database.transaction(async (stores) => {
    const { experiments, queue, events } = stores;
    const made = await experiments.create({
      projectId: parent.projectId,
      name: merged.name ?? parent.name,
      description: parent.description,
      tags: overrides?.tags ?? parent.tags,
      source: parent.source,
      sourceArchive: parent.source.kind === "archive" ? parent.sourceArchive : undefined,
      manifestSelector: parent.manifestSelector,
      overrides: merged,
      engine: merged.engine ?? parent.engine,
      priority: merged.priority ?? parent.priority,
      parentId: parent.id,
      createdBy: by,
      triggeredBy: "resubmit",
      requestId,
      idempotency,
    });
    if (made === undefined) return firstOfSameInstant(stores, parent.projectId, idempotency);
    await queue.push("experiment", made.id);
    await events.publish(
      { kind: "work" },
      { kind: "experiment", experimentId: made.id, projectId: made.projectId },
    );
    return made;
  });
}

/** The resubmit's word wins, field by field. A fresh build is asked for anew each time. */
function merge(parent: Overrides, own: Overrides): Overrides {
  const said = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  const { freshBuild: _, ...inherited } = parent;
  return {
    ...inherited,
    ...said,
    ...((inherited.params ?? own.params) && { params: { ...inherited.params, ...own.params } }),
    ...((inherited.env ?? own.env) && { env: { ...inherited.env, ...own.env } }),
  };
}
