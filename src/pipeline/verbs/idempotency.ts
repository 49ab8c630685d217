import { createHash } from "node:crypto";

import type { Stores } from "../../core/database.ts";
import { InvalidError } from "../../core/errors.ts";
import type { ExperimentStore } from "../../core/experiment-store.ts";
import type { Experiment, Idempotency } from "../../core/experiment.ts";

/** The key with what it was sent with, whatever the order of the names in it. */
export function idempotencyOf(key: string | undefined, request: unknown): Idempotency | undefined {
  if (key === undefined) return undefined;
  const text = JSON.stringify(sorted(request));
  return { key, fingerprint: createHash("sha256").update(text).digest("hex") };
}

/** What the same request with the same key has made. The key with another request is refused: it is somebody's mistake. */
export async function madeBefore(
  experiments: Pick<ExperimentStore, "findByIdempotencyKey">,
  projectId: string,
  idempotency: Idempotency | undefined,
): Promise<Experiment | undefined> {
  if (idempotency === undefined) return undefined;
  const found = await experiments.findByIdempotencyKey(projectId, idempotency.key);
  if (found === undefined) return undefined;
  const { experiment } = found;
  if (found.fingerprint === undefined || found.fingerprint === idempotency.fingerprint)
    return experiment;
  throw new InvalidError(
    `This Idempotency-Key was sent with another request, which made ${experiment.projectSlug}#${experiment.number}. Send that request again, or take another key.`,
  );
}

/** What the same key, sent at the same instant, has made: the database let this one wait for it. */
export async function firstOfSameInstant(
  { experiments }: Pick<Stores, "experiments">,
  projectId: string,
  idempotency: Idempotency | undefined,
): Promise<Experiment> {
  const first = await madeBefore(experiments, projectId, idempotency);
  if (first === undefined) throw new Error("a submission is always a new experiment");
  return first;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return entries
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => [name, sorted(each)]);
}
