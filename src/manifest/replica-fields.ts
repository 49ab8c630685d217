import { honoured, meaningless, ofOperator, refused, type Field } from "./field.ts";

const slurmFields = [
  "ntasks",
  "nodes",
  "cpus_per_task",
  "memory_per_cpu",
  "time",
  "partition",
  "constraint",
  "gres",
  "environment",
  "standard_input",
  "standard_output",
  "standard_error",
];

/** The groups of replicas, and what each of theirs asks for. */
export const REPLICA_FIELDS: readonly Field[] = [
  honoured("spec.types", "The groups of replicas, by name; of kuberay Head and a list of Workers."),
  honoured("spec.types.*", "A group."),
  honoured("spec.types.*.count", "Jobs of the group. Default 1."),
  honoured("spec.types.*.completions", "Replicas in each job. Default 1."),
  honoured("spec.types.*.parallelisms", "How many of them at once; all of them here. Default 1."),
  ...resources("spec.types.*.resources"),
  ...resources("spec.types.Workers.*.resources"),
  ...rayStartParams("spec.types.Head"),
  ...rayStartParams("spec.types.Workers.*"),
  honoured("spec.types.Workers.*.name", "kuberay: the name of a pool of workers."),
  honoured("spec.types.Workers.*.count", "Its size. Default 0."),
  ...[
    "machineSpec",
    "machineSpec.machineType",
    "machineSpec.acceleratorType",
    "machineSpec.acceleratorCount",
    "replicaCount",
  ].map((part) =>
    ofOperator("vertexai", `spec.types.workerPoolSpecs.*.${part}`, "Vertex AI's own."),
  ),
  ...slurmFields.map((part) => ofOperator("slurm", `spec.types.job.${part}`, "Slurm's own.")),
  ofOperator("slurm", "spec.types.job.environment.*", "Slurm's own."),
];

/** What every group of replicas asks for; `at` is where its resources are. */
function resources(at: string): readonly Field[] {
  return [
    honoured(at, "What one replica gets. Needs exactly one of ramRatio and memory."),
    honoured(`${at}.cpus`, "CPUs reserved: 4, 0.5 or 500m. Default 1."),
    honoured(
      `${at}.cpuLimitRatio`,
      "How many times cpus it may use at most; clamped to the machine. Default 2.",
    ),
    honoured(`${at}.ramRatio`, "Memory in GiB per CPU."),
    honoured(`${at}.memory`, "Memory in GiB."),
    honoured(`${at}.shmSizeGB`, "Size of /dev/shm in GiB; 0 is half of the memory. Default 0."),
    meaningless(
      `${at}.ephemeralStorageRequest`,
      "Disk reserved.",
      "disk space is not reserved on engine {engine}",
    ),
    meaningless(
      `${at}.ephemeralStorageLimit`,
      "Disk it may use.",
      "disk space is not limited on engine {engine}",
    ),
    honoured(`${at}.accelerators`, "Devices beside CPUs."),
    honoured(`${at}.accelerators.gpu`, "GPUs, each given to one replica alone."),
    honoured(`${at}.accelerators.gpu.count`, "How many. Default 0."),
    honoured(`${at}.accelerators.gpu.type`, "The kind: gpu, or a slice such as mig-3g.20gb."),
    honoured(`${at}.accelerators.gpu.product`, "The model, by its name or an alias: Tesla T4."),
    refused(`${at}.accelerators.tpu`, "TPUs.", "there are no TPUs on engine {engine}"),
    refused(
      `${at}.accelerators.tpu.type`,
      "The kind of TPU.",
      "there are no TPUs on engine {engine}",
    ),
    refused(
      `${at}.accelerators.tpu.topology`,
      "The slice's shape: 4x4.",
      "there are no TPUs on engine {engine}",
    ),
    refused(
      `${at}.accelerators.tpu.tpuChipsCount`,
      "Chips.",
      "there are no TPUs on engine {engine}",
    ),
    refused(
      `${at}.rdma`,
      "Network cards for RDMA.",
      "there are no RDMA devices on engine {engine}",
    ),
    refused(`${at}.rdma.devices`, "Their names.", "there are no RDMA devices on engine {engine}"),
    meaningless(
      `${at}.extraSelectors`,
      "Labels of the nodes to run on.",
      "there is one machine on engine {engine}",
    ),
    meaningless(`${at}.extraSelectors.*`, "A label.", "there is one machine on engine {engine}"),
    meaningless(
      `${at}.extraTolerations`,
      "Taints of nodes to accept.",
      "there is one machine on engine {engine}",
    ),
    ...["key", "operator", "value", "effect"].map((part) =>
      meaningless(
        `${at}.extraTolerations.*.${part}`,
        "Of a toleration.",
        "there is one machine on engine {engine}",
      ),
    ),
  ];
}

function rayStartParams(at: string): readonly Field[] {
  return [
    honoured(`${at}.rayStartParams`, "kuberay: options of ray start, without the dashes."),
    honoured(`${at}.rayStartParams.*`, "One of them; true alone is a switch."),
  ];
}
