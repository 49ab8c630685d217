import { z } from "zod";

import { HOLD_STATES } from "../core/hold.ts";
import { JOB_KINDS } from "../core/job.ts";
import type { EngineKind, Manifest } from "../core/manifest.ts";
import { WarningAnswer } from "./experiment.ts";
import { Text, Time } from "./json.ts";
import { pageOf } from "./page.ts";

const ENGINE_KINDS = [
  "docker",
  "swarm",
  "kubernetes",
  "slurm",
  "dummy",
] as const satisfies readonly EngineKind[];

export const EngineAnswer = z.object({
  name: z.string(),
  kind: z.enum(ENGINE_KINDS),
  /** Somebody paused or drains it. */
  paused: z.boolean(),
  /** drained: it takes nothing new, and nothing runs on it any more. */
  state: z.enum(HOLD_STATES),
  /** Why nothing new is started on it; null while it takes work. */
  closed: z.string().nullable(),
  /** null: it does not answer, so nothing is known. */
  machines: z
    .array(
      z.object({
        name: z.string(),
        cpus: z.number(),
        memoryGb: z.number(),
        devices: z.array(
          z.object({ id: z.string(), product: z.string(), aliases: z.array(z.string()) }),
        ),
      }),
    )
    .nullable(),
  reservations: z.array(
    z.object({
      replica: z.string(),
      machine: z.string(),
      cpus: z.number(),
      memoryGb: z.number(),
      devices: z.array(z.string()),
    }),
  ),
});
export type EngineAnswer = z.infer<typeof EngineAnswer>;

export const EnginePage = pageOf(EngineAnswer);

export const QueueAnswer = z.object({
  /** Of the queue as a whole; drained: nothing new starts, and nothing is being done any more. */
  state: z.enum(HOLD_STATES),
  /** Why no experiment is admitted now; null while they are. */
  closed: z.string().nullable(),
  /** Experiments on which something is being done: past Waiting, and not only waiting for an engine. */
  busy: z.number().int(),
  /** In Waiting, in the order in which they are looked at. */
  experiments: z.array(
    z.object({
      position: z.number().int(),
      id: z.uuid(),
      number: z.number().int(),
      project: z.object({ id: z.uuid(), slug: z.string() }),
      name: z.string(),
      priority: z.number().int(),
      reason: z.string().nullable(),
      createdAt: Time,
    }),
  ),
  /** In Queueing without a reservation, in the order in which they are looked at, engine by engine. */
  runs: z.array(
    z.object({
      position: z.number().int(),
      id: z.uuid(),
      experimentId: z.uuid(),
      engine: z.string(),
      priority: z.number().int(),
      queuedSeconds: z.number(),
      reason: z.string().nullable(),
    }),
  ),
  depths: z.array(
    z.object({
      kind: z.enum(JOB_KINDS),
      due: z.number().int(),
      claimed: z.number().int(),
      waiting: z.number().int(),
      oldestDueSeconds: z.number(),
    }),
  ),
});
export type QueueAnswer = z.infer<typeof QueueAnswer>;

export const ValidateQuery = z.strictObject({
  /** Judged as Cloning of this project would; without one, by itself. */
  project: Text.optional(),
});

export const ValidateAnswer = z.object({
  valid: z.boolean(),
  errors: z.array(
    z.object({
      path: z.string(),
      line: z.number().int(),
      column: z.number().int(),
      message: z.string(),
      suggestion: z.string().nullable(),
    }),
  ),
  warnings: z.array(WarningAnswer),
  manifest: z.custom<Manifest>().meta({ type: "object" }).nullable(),
});
export type ValidateAnswer = z.infer<typeof ValidateAnswer>;

export const SessionRequest = z.strictObject({ token: Text.min(1).max(500) });
export const SessionAnswer = z.object({ user: z.string(), administrator: z.boolean() });

export const BadgeQuery = z.strictObject({ branch: Text.max(255).exactOptional() });

export const HealthAnswer = z.object({ status: z.literal("ok") });
