import { z } from "zod";

import { OPERATORS } from "../core/manifest.ts";
import { closest } from "../core/suggest.ts";
import { duration, json, number, text, textMap, truth, whole } from "./schema-parts.ts";
import { MOST, TYPES } from "./schema-types.ts";

/**
 * The manifest's schema, closed: every field that exists is here, whether an engine honours it or not
 * (fields.ts tells that). What spans several fields is in checks.ts.
 */

const debug = z.strictObject({
  jupyter: truth.optional(),
  vscode: z
    .strictObject({
      enabled: truth,
      path: text().default("code"),
      provider: z.enum(["github", "microsoft"]).default("github"),
    })
    .optional(),
});

const storage = z.strictObject({
  sharedVolume: z
    .strictObject({
      mountPoint: text(),
      sizeGB: number({ above: 0, to: 10_000_000 }).optional(),
      storageClass: text().optional(),
      accessMode: z
        .enum(["ReadWriteOnce", "ReadWriteOncePod", "ReadOnlyMany", "ReadWriteMany"])
        .optional(),
    })
    .optional(),
  attachExistingPVCs: z.array(z.strictObject({ name: text(), mountPoint: text() })).optional(),
});

const specFields = {
  image: text().optional(),
  command: text(128 * 1024),
  engineName: text().optional(),
  timeout: duration.optional(),
  activeDeadlineSeconds: whole({ from: 1, to: 315_360_000 }).optional(),
  queueTimeout: duration.optional(),
  env: textMap.default({}),
  tensorboard: z
    .strictObject({
      enabled: truth.default(false),
      usePVC: z.strictObject({ enabled: truth.default(false), name: text().optional() }).optional(),
    })
    .optional(),
  debug: debug.optional(),
  securityContext: z.strictObject({ ptrace: truth.default(false) }).optional(),
  storage: storage.optional(),
  rayVersion: z.union([z.string(), z.number()], "must be text").optional(),
  restartPolicy: z
    .strictObject({ backoffLimit: whole({ from: 0, to: 100 }).default(0) })
    .optional(),
  gracefulTermination: z
    .strictObject({
      terminationGracePeriodSeconds: whole({ from: 0, to: 86_400 }).default(30),
      shutdownCommand: z.array(text()).optional(),
    })
    .optional(),
};

const anyOperator = z.enum(OPERATORS);
const named = z.enum(["jobset", "batchjob", "tf"]);
const single = z.enum(["pytorch", "jax", "xgboost"]);
const ray = z.enum(["kuberay", "ray"]);

const specs = {
  named: z.strictObject({ operator: named, ...specFields, types: TYPES.named }),
  worker: z.strictObject({ operator: single, ...specFields, types: TYPES.worker }),
  ray: z.strictObject({ operator: ray, ...specFields, types: TYPES.ray }),
  vertexai: z.strictObject({
    operator: z.literal("vertexai"),
    ...specFields,
    types: TYPES.vertexai,
  }),
  slurm: z.strictObject({ operator: z.literal("slurm"), ...specFields, types: TYPES.slurm }),
};
const anySpec = z.discriminatedUnion("operator", [
  specs.named,
  specs.worker,
  specs.ray,
  specs.vertexai,
  specs.slurm,
]);
type Form = (typeof specs)[keyof typeof specs];

const registry = text().regex(
  /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?::\d{1,5})?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*\/?$/,
  "must be a registry and what comes before the image's name: registry.example.org/team",
);
const platform = text().regex(
  /^linux\/[a-z0-9]+(\/v[0-9]+)?$/,
  "must be a platform: linux/amd64, linux/arm64",
);

const builder = z.strictObject({
  image: text().optional(),
  dockerfile: text(1000).default("Dockerfile"),
  context: text(1000).default("."),
  buildArgs: textMap.default({}),
  target: text().optional(),
  registry: registry.optional(),
  platform: platform.optional(),
  cache: truth.default(true),
  skipBuild: z
    .strictObject({
      enabled: truth.default(false),
      experimentID: text().optional(),
      failIfNotFound: truth.default(false),
    })
    .optional(),
});

const clone = z.strictObject({
  depth: whole({ from: 1, to: 1_000_000 }).default(1),
  includeDotGit: truth.default(false),
  submodules: z.enum(["false", "true", "recursive"]).default("false"),
});

const reference = z
  .union([z.string(), z.number()], "must be an experiment's id, number or name")
  .transform(String);

const topFields = {
  kind: z.enum(["AIchorManifest", "Experiment"]).default("AIchorManifest"),
  apiVersion: z.enum(["0.2.0", "0.2.1", "0.2.2", "0.2.3"]).default("0.2.3"),
  name: text().optional(),
  description: text(10_000).optional(),
  tags: z.array(text()).max(100, "holds more than 100 tags").default([]),
  metadata: z.record(z.string(), json).default({}),
  priority: whole({ from: 1, to: 99 }).optional(),
  concurrency: z
    .strictObject({
      group: text(),
      limit: whole({ from: 1, to: MOST }).default(1),
      cancel: z.enum(["none", "queued", "running"]).default("none"),
    })
    .optional(),
  needs: z.array(reference).max(100, "names more than 100 experiments").default([]),
  inputs: z
    .array(z.strictObject({ from: reference, path: text(1000).default(""), as: text() }))
    .max(100, "names more than 100 inputs")
    .default([]),
  approval: truth.default(false),
  params: z.record(z.string(), json).default({}),
  search: json.optional(),
  nodes: json.optional(),
  schedule: json.optional(),
  secrets: z.array(text()).max(100, "names more than 100 secrets").default([]),
  builder: builder.prefault({}),
  clone: clone.prefault({}),
};

export const manifestSchema = z.strictObject({ ...topFields, spec: anySpec });
export type WrittenManifest = z.output<typeof manifestSchema>;
export type WrittenSpec = WrittenManifest["spec"];

/**
 * The schema with one form of spec, which tells more faults than the union of all: the operator's own; where there is
 * no such operator, the one that was most likely meant.
 */
export function schemaLike(operator: string | undefined, types: readonly string[]): z.ZodType {
  const own = formOf(operator);
  const spec =
    own ??
    (formOf(closest(operator ?? "", OPERATORS)) ?? formByTypes(types)).extend({
      operator: anyOperator,
    });
  const fields: Readonly<Record<string, z.ZodType>> = { ...topFields, spec };
  return z.strictObject(fields);
}

function formOf(name: string | undefined): Form | undefined {
  return Object.values(specs).find(({ shape }) => shape.operator.safeParse(name).success);
}

/** The names below spec.types tell the operators apart. */
function formByTypes(types: readonly string[]): Form {
  if (types.includes("Head")) return specs.ray;
  if (types.includes("workerPoolSpecs")) return specs.vertexai;
  return types.includes("job") ? specs.slurm : specs.named;
}
