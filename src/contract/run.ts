import { z } from "zod";

import { OPERATORS } from "../core/manifest.ts";
import { RUN_STATES } from "../core/run.ts";
import { Time } from "./json.ts";

export const StepExceptionAnswer = z.object({
  kind: z.string(),
  message: z.string(),
  exitCode: z.number().int().optional(),
  signal: z.string().optional(),
  hint: z.string().optional(),
  logTail: z.string().optional(),
  at: Time.optional(),
});
export type StepExceptionAnswer = z.infer<typeof StepExceptionAnswer>;

export const ResourcesAnswer = z.object({
  cpus: z.number(),
  gpus: z.number(),
  memoryGb: z.number(),
});
export type ResourcesAnswer = z.infer<typeof ResourcesAnswer>;

/** pending: not made yet; lost: it was there and is gone without an ending. */
export const REPLICA_STATES = ["pending", "prepared", "running", "exited", "lost"] as const;

export const ReplicaAnswer = z.object({
  name: z.string(),
  state: z.enum(REPLICA_STATES),
  exitCode: z.number().int().nullable(),
  startedAt: Time.nullable(),
  finishedAt: Time.nullable(),
  resources: ResourcesAnswer,
});
export type ReplicaAnswer = z.infer<typeof ReplicaAnswer>;

/** A run as its experiment shows it. */
export const RunAnswer = z.object({
  id: z.uuid(),
  name: z.string(),
  state: z.enum(RUN_STATES),
  /** Why it is where it is; Queueing always has one. */
  reason: z.string().nullable(),
  engine: z.string(),
  /** The number of the current attempt, from 1; 0 before the first. */
  attempt: z.number().int(),
  exitCode: z.number().int().nullable(),
  exception: StepExceptionAnswer.nullable(),
  replicas: z.array(ReplicaAnswer),
  createdAt: Time,
  startedAt: Time.nullable(),
  finishedAt: Time.nullable(),
});
export type RunAnswer = z.infer<typeof RunAnswer>;

export const AttemptAnswer = z.object({
  id: z.uuid(),
  number: z.number().int(),
  live: z.boolean(),
  engine: z.string(),
  replicas: z.array(ReplicaAnswer),
  createdAt: Time,
  startedAt: Time.nullable(),
  finishedAt: Time.nullable(),
});
export type AttemptAnswer = z.infer<typeof AttemptAnswer>;

/** A run by itself, with every attempt. */
export const RunDetailAnswer = RunAnswer.extend({
  experimentId: z.uuid(),
  operator: z.enum(OPERATORS),
  command: z.string(),
  timeoutSeconds: z.number(),
  /** Where its dashboard (Ray's) is within the run's network: `http://head-0:8265`. */
  dashboard: z.string().nullable(),
  /** Which version of each secret it was given. */
  secrets: z.record(z.string(), z.number().int()),
  /** Outputs of earlier experiments that it sees at /assay/inputs/<as>. */
  inputs: z.array(z.object({ experimentId: z.uuid(), path: z.string(), as: z.string() })),
  attempts: z.array(AttemptAnswer),
});
export type RunDetailAnswer = z.infer<typeof RunDetailAnswer>;
