import type { Manifest, ReplicaResources, ReplicaType } from "../core/manifest.ts";
import type { Resources } from "./schema-types.ts";
import type { WrittenManifest, WrittenSpec } from "./schema.ts";

/** The validated file in the product's own words: units in the names, every default filled in. */
export function toManifest(written: WrittenManifest, engine: string | undefined): Manifest {
  const { builder, clone, spec } = written;
  return {
    kind: written.kind,
    apiVersion: written.apiVersion,
    name: written.name,
    description: written.description,
    tags: [...new Set(written.tags)],
    metadata: written.metadata,
    priority: written.priority,
    concurrency: written.concurrency,
    needs: [...new Set(written.needs)],
    approval: written.approval,
    params: written.params,
    inputs: written.inputs,
    secrets: [...new Set(written.secrets)],
    builder: {
      image: builder.image ?? spec.image,
      dockerfile: builder.dockerfile,
      context: builder.context,
      buildArgs: builder.buildArgs,
      target: builder.target,
      registry: builder.registry,
      platform: builder.platform,
      cache: builder.cache,
      skipBuild:
        builder.skipBuild?.enabled === true
          ? {
              experiment: builder.skipBuild.experimentID,
              failIfNotFound: builder.skipBuild.failIfNotFound,
            }
          : undefined,
    },
    clone,
    spec: {
      operator: spec.operator,
      image: spec.image ?? builder.image,
      command: spec.command,
      engineName: spec.engineName === undefined ? undefined : (engine ?? spec.engineName),
      timeoutSeconds: spec.timeout ?? spec.activeDeadlineSeconds,
      queueTimeoutSeconds: spec.queueTimeout,
      env: spec.env,
      types: typesOf(spec),
      sharedVolume: spec.storage?.sharedVolume && {
        mountPoint: spec.storage.sharedVolume.mountPoint,
      },
      volumes: spec.storage?.attachExistingPVCs,
      restartPolicy: { backoffLimit: spec.restartPolicy?.backoffLimit ?? 0 },
      gracefulTermination: {
        terminationGracePeriodSeconds:
          spec.gracefulTermination?.terminationGracePeriodSeconds ?? 30,
      },
      tensorboard: { enabled: spec.tensorboard?.enabled ?? false },
    },
  };
}

const GIBIBYTE = 2 ** 30;

/** One shape for all operators; what Slurm and Vertex AI say in words of their own is told as near as it goes. */
function typesOf(spec: WrittenSpec): readonly ReplicaType[] {
  switch (spec.operator) {
    case "kuberay":
    case "ray":
      return [
        group("head", { ...spec.types.Head, count: 1 }),
        ...spec.types.Workers.map((pool) => group(pool.name, pool)),
      ];
    case "vertexai":
      return spec.types.workerPoolSpecs.map(({ machineSpec, replicaCount }, index) => ({
        ...group(`pool-${index}`, { count: replicaCount, resources: NOTHING_KNOWN }),
        resources: {
          ...sizes(NOTHING_KNOWN),
          gpu: gpuOf({
            count: machineSpec.acceleratorCount ?? 0,
            product: machineSpec.acceleratorType,
          }),
        },
      }));
    case "slurm": {
      const { nodes, cpus_per_task: cpus } = spec.types.job;
      return [group("job", { count: nodes, resources: { ...NOTHING_KNOWN, cpus } })];
    }
    case "jobset":
    case "batchjob":
    case "tf":
    case "pytorch":
    case "jax":
    case "xgboost":
      return Object.entries<Group>(spec.types).map(([name, each]) => group(name, each));
    default:
      return spec satisfies never;
  }
}

interface Group {
  readonly count: number;
  readonly completions?: number;
  readonly parallelisms?: number;
  readonly resources: Resources;
  readonly rayStartParams?: Readonly<Record<string, string>> | undefined;
}

const NOTHING_KNOWN: Resources = { cpus: 1, cpuLimitRatio: 1, memory: 1, shmSizeGB: 0 };

function group(
  name: string,
  { count, completions = 1, parallelisms = 1, resources, rayStartParams }: Group,
): ReplicaType {
  return {
    name,
    count,
    completions,
    parallelisms,
    resources: sizes(resources),
    ...(rayStartParams !== undefined && { rayStartParams }),
  };
}

function sizes({
  cpus,
  cpuLimitRatio,
  ramRatio,
  memory,
  shmSizeGB,
  accelerators,
}: Resources): ReplicaResources {
  const memoryBytes = Math.round((memory ?? cpus * (ramRatio ?? 0)) * GIBIBYTE);
  return {
    cpus,
    cpuLimit: cpus * cpuLimitRatio,
    memoryBytes,
    shmBytes: shmSizeGB === 0 ? Math.floor(memoryBytes / 2) : Math.round(shmSizeGB * GIBIBYTE),
    gpu: gpuOf(accelerators?.gpu),
  };
}

/** A count of 0 keeps the block but asks for nothing. */
function gpuOf(
  gpu:
    | {
        readonly count: number;
        readonly type?: string | undefined;
        readonly product?: string | undefined;
      }
    | undefined,
): ReplicaResources["gpu"] {
  if (gpu === undefined || gpu.count === 0) return undefined;
  return { count: gpu.count, type: gpu.type, product: gpu.product };
}
