import { z } from "zod";

import {
  cpus,
  gibibytes,
  kubernetesQuantity,
  number,
  text,
  textMap,
  whole,
} from "./schema-parts.ts";

const gpu = z.strictObject({
  count: whole({ from: 0, to: 10_000 }).default(0),
  type: text().optional(),
  product: text().optional(),
});

const tpu = z.strictObject({
  type: text().optional(),
  topology: text().optional(),
  tpuChipsCount: whole({ from: 0, to: 100_000 }).optional(),
});

const part = z.string("must be text").max(300, "is longer than 300 characters").optional();
/** Kubernetes takes empty text for "any". */
const toleration = z.strictObject({ key: part, operator: part, value: part, effect: part });

export const resources = z.strictObject({
  cpus: cpus.default(1),
  cpuLimitRatio: number({ from: 1, to: 1000 }).default(2),
  ramRatio: number({ above: 0, to: 100_000 }).optional(),
  memory: gibibytes({ above: 0, to: 1_000_000 }).optional(),
  shmSizeGB: gibibytes({ from: 0, to: 1_000_000 }).default(0),
  ephemeralStorageRequest: kubernetesQuantity.optional(),
  ephemeralStorageLimit: kubernetesQuantity.optional(),
  accelerators: z.strictObject({ gpu: gpu.optional(), tpu: tpu.optional() }).optional(),
  rdma: z.strictObject({ devices: z.array(text()).default([]) }).optional(),
  extraSelectors: textMap.optional(),
  extraTolerations: z.array(toleration).optional(),
});
export type Resources = z.output<typeof resources>;

/** Of anything that is counted; checks.ts bounds what is really started. */
export const MOST = 100_000;
const group = z.strictObject({
  count: whole({ from: 0, to: MOST }).default(1),
  completions: whole({ from: 1, to: MOST }).default(1),
  parallelisms: whole({ from: 1, to: MOST }).default(1),
  resources,
});

/** Options of `ray start`, without the dashes. */
const rayStartParams = z
  .record(
    z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,62}$/, "must be an option of ray start, without the dashes"),
    z.string("must be text").max(1000, "is longer than 1000 characters"),
  )
  .optional();

/** The shape of spec.types depends on the operator. */
export const TYPES = {
  named: z.record(z.string(), group),
  worker: z.strictObject({ worker: group }),
  ray: z.strictObject({
    Head: z.strictObject({
      // There is one, and some say so.
      count: z
        .union([z.literal(1), z.literal("1")], "must be 1: a cluster has one head")
        .optional(),
      resources,
      rayStartParams,
    }),
    Workers: z
      .array(
        z.strictObject({
          name: text(63),
          count: whole({ from: 0, to: MOST }).default(0),
          resources,
          rayStartParams,
        }),
      )
      .default([]),
  }),
  vertexai: z.strictObject({
    workerPoolSpecs: z.array(
      z.strictObject({
        machineSpec: z.strictObject({
          machineType: text(),
          acceleratorType: text().optional(),
          acceleratorCount: whole({ from: 0, to: MOST }).optional(),
        }),
        replicaCount: whole({ from: 0, to: MOST }).default(1),
      }),
    ),
  }),
  slurm: z.strictObject({
    job: z.strictObject({
      ntasks: whole({ from: 1, to: MOST }).default(1),
      nodes: whole({ from: 1, to: MOST }).default(1),
      cpus_per_task: whole({ from: 1, to: MOST }).default(1),
      memory_per_cpu: text().optional(),
      time: text().optional(),
      partition: text().optional(),
      constraint: text().optional(),
      gres: text().optional(),
      environment: textMap.optional(),
      standard_input: text().optional(),
      standard_output: text().optional(),
      standard_error: text().optional(),
    }),
  }),
} as const;
