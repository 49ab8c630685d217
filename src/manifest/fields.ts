import type { Operator } from "../core/manifest.ts";
import { truthOf } from "./truth.ts";

/** The engines that this version serves. */
export const SERVED_ENGINES = ["docker", "dummy"] as const;
export type ServedEngine = (typeof SERVED_ENGINES)[number];

export type Support =
  | { readonly kind: "honoured" }
  /** Accepted with a warning: what it asks for is nothing here. */
  | { readonly kind: "meaningless"; readonly because: string }
  /** An error: whoever wrote it counts on it. */
  | { readonly kind: "refused"; readonly because: string };

export interface Field {
  /** Dotted; `*` is any name or index. */
  readonly path: string;
  /** For documentation and editors. */
  readonly meaning: string;
  /** Only these values are meant, as documentation writes them; the row is judged where `applies`. */
  readonly only?: { readonly values: string; readonly applies: (value: unknown) => boolean };
  readonly support: Readonly<Record<ServedEngine, Support>>;
  /** Belongs to an operator that is judged as a whole, so it is not judged again by itself. */
  readonly ofOperator?: boolean;
}

const HONOURED: Support = { kind: "honoured" };
const alike = (support: Support): Field["support"] => ({ docker: support, dummy: support });
const honoured = (path: string, meaning: string): Field => ({
  path,
  meaning,
  support: alike(HONOURED),
});
const meaningless = (path: string, meaning: string, because: string, only?: Field["only"]): Field =>
  withOnly({ path, meaning, support: alike({ kind: "meaningless", because }) }, only);
const refused = (path: string, meaning: string, because: string, only?: Field["only"]): Field =>
  withOnly({ path, meaning, support: alike({ kind: "refused", because }) }, only);
const withOnly = (field: Field, only: Field["only"]): Field =>
  only === undefined ? field : { ...field, only };

const ofOperator = (operator: string, path: string, meaning: string): Field => ({
  ...refused(path, meaning, later(`the operator ${operator} is`)),
  ofOperator: true,
});

/** They are the ways of whole engines. */
const OTHER_OPERATORS = ["slurm", "vertexai"] as const satisfies readonly Operator[];

const enabled = { values: "true", applies: (value: unknown) => truthOf(value) === true };
const later = (what: string): string => `${what} not available yet on engine {engine}`;

/** What every group of replicas asks for; `at` is where its resources are. */
const resources = (at: string): readonly Field[] => [
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
  refused(`${at}.accelerators.tpu.tpuChipsCount`, "Chips.", "there are no TPUs on engine {engine}"),
  refused(`${at}.rdma`, "Network cards for RDMA.", "there are no RDMA devices on engine {engine}"),
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

const rayStartParams = (at: string): readonly Field[] => [
  honoured(`${at}.rayStartParams`, "kuberay: options of ray start, without the dashes."),
  honoured(`${at}.rayStartParams.*`, "One of them; true alone is a switch."),
];

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

/** Every field of the manifest and what engines do with it; docs/manifest.md is tested against it. */
export const FIELDS: readonly Field[] = [
  honoured("kind", "AIchorManifest (default) or Experiment."),
  honoured("apiVersion", "0.2.0 to 0.2.3 (default); changes nothing."),
  honoured("name", "Shown instead of the commit message."),
  honoured("description", "Free text."),
  honoured("tags", "Words to find it by."),
  honoured("metadata", "The experiment's initial fields: any JSON."),
  honoured("metadata.*", "One of them."),
  honoured("priority", "1 (soonest) to 99."),
  honoured("concurrency", "At most so many experiments of a group at one time."),
  honoured("concurrency.group", "The group's name, within the project."),
  honoured("concurrency.limit", "How many of it may be active. Default 1."),
  honoured(
    "concurrency.cancel",
    "none (default): what is older goes on; queued: a newer one cancels those of the group that still wait; running: those that are active as well.",
  ),
  honoured(
    "needs",
    "Experiments that must have Succeeded first: id, number, project#12, or the newest of a name in this project.",
  ),
  honoured(
    "inputs",
    "Outputs of earlier experiments, read-only at /assay/inputs/<as>; they are needed as those of needs are.",
  ),
  honoured("inputs.*.from", "The experiment, as in needs."),
  honoured("inputs.*.path", "A file or folder of its outputs. Default: all of them."),
  honoured("inputs.*.as", "The name here."),
  honoured("approval", "true: waits until somebody approves. Default false."),
  honoured(
    "params",
    "Parameters and their values: $PARAM_<NAME>, ASSAY_PARAMS, {{ params.<name> }}.",
  ),
  honoured("params.*", "A parameter's value."),
  refused("search", "Hyperparameter search.", later("search is")),
  refused("nodes", "A workflow of runs.", later("workflows are")),
  refused("schedule", "Start by the clock.", later("schedules are")),
  honoured("secrets", "The project's secrets that it gets, as variables of their names."),
  honoured("builder", "How the image is made."),
  honoured(
    "builder.image",
    "The image's name; equal to spec.image where both are given. With skipBuild, the image that is run.",
  ),
  honoured(
    "builder.dockerfile",
    "Relative to context; if it is not there, to the repository. Default Dockerfile.",
  ),
  honoured("builder.context", "The folder that is built. Default . (the repository)."),
  honoured("builder.buildArgs", "Build arguments."),
  honoured("builder.buildArgs.*", "One of them."),
  honoured("builder.target", "The stage of the Dockerfile to stop at."),
  honoured(
    "builder.platform",
    "linux/amd64, linux/arm64, …: what it is built for. Default: the machine's own.",
  ),
  honoured("builder.cache", "false: a build takes no layers of earlier ones. Default true."),
  honoured(
    "builder.registry",
    "Where the image is pushed to, before its name: registry.example.org/team.",
  ),
  honoured("builder.skipBuild", "An image that is there, in the place of a build."),
  honoured("builder.skipBuild.enabled", "true: nothing is built. Default false."),
  honoured(
    "builder.skipBuild.experimentID",
    "The experiment of this project whose image it is, as in needs. Left out: builder.image, as it is.",
  ),
  honoured(
    "builder.skipBuild.failIfNotFound",
    "true: fails where that image is not to be had; else it is built then. Default false.",
  ),
  honoured("clone", "What of the repository is in the build context."),
  honoured("clone.depth", "Commits of history. Default 1."),
  honoured("clone.includeDotGit", "Keep .git. Default false."),
  honoured("clone.submodules", '"false" (default), "true" or "recursive"; needs includeDotGit.'),
  honoured("spec", "What runs."),
  honoured(
    "spec.operator",
    "How replicas find each other: jobset, batchjob, pytorch, jax, xgboost, tf or kuberay.",
  ),
  refused("spec.operator", "Other ways to wire replicas.", later("the operator {value} is"), {
    values: OTHER_OPERATORS.join(", "),
    applies: (value) => OTHER_OPERATORS.some((operator) => operator === value),
  }),
  honoured("spec.image", "As builder.image."),
  honoured("spec.command", "A shell command; replaces the image's ENTRYPOINT."),
  honoured("spec.engineName", "The engine to run on, or an alias of it. Default: the project's."),
  honoured("spec.timeout", "How long it may run: 90s, 2m, 1h30m, 1d."),
  honoured("spec.activeDeadlineSeconds", "The same in seconds; timeout wins."),
  honoured("spec.queueTimeout", "How long it may wait for capacity."),
  honoured("spec.env", "Environment variables; they win over the project's."),
  honoured("spec.env.*", "A variable's value."),
  honoured("spec.tensorboard", "TensorBoard of the events below $AICHOR_TENSORBOARD_PATH."),
  meaningless(
    "spec.tensorboard.enabled",
    "Show it.",
    "the events are kept, but TensorBoard is not shown yet on engine {engine}",
    enabled,
  ),
  honoured("spec.tensorboard.usePVC", "Events on a volume."),
  meaningless(
    "spec.tensorboard.usePVC.enabled",
    "Use one.",
    "the events are kept with the outputs on engine {engine}",
    enabled,
  ),
  honoured("spec.tensorboard.usePVC.name", "Its name."),
  honoured("spec.debug", "Ways into a running container."),
  meaningless(
    "spec.debug.jupyter",
    "Jupyter.",
    "use the terminal of the run on engine {engine}",
    enabled,
  ),
  honoured("spec.debug.vscode", "A VS Code tunnel."),
  meaningless(
    "spec.debug.vscode.enabled",
    "Open it.",
    "use the terminal of the run on engine {engine}",
    enabled,
  ),
  honoured("spec.debug.vscode.path", "Where the VS Code CLI is."),
  honoured("spec.debug.vscode.provider", "github or microsoft."),
  honoured("spec.securityContext", "Rights of the containers."),
  refused(
    "spec.securityContext.ptrace",
    "SYS_PTRACE.",
    "SYS_PTRACE is not given to containers on engine {engine}",
    enabled,
  ),
  honoured("spec.storage", "Volumes."),
  honoured("spec.storage.sharedVolume", "A folder for all replicas, gone when it has ended."),
  honoured("spec.storage.sharedVolume.mountPoint", "Where it is mounted."),
  meaningless(
    "spec.storage.sharedVolume.sizeGB",
    "Its size.",
    "disk space is neither reserved nor limited on engine {engine}",
  ),
  meaningless(
    "spec.storage.sharedVolume.storageClass",
    "Its kind.",
    "there is one machine on engine {engine}",
  ),
  meaningless(
    "spec.storage.sharedVolume.accessMode",
    "Who may write: every replica.",
    "there is one machine on engine {engine}",
  ),
  honoured("spec.storage.attachExistingPVCs", "The project's volumes."),
  honoured("spec.storage.attachExistingPVCs.*.name", "Which, of the project's settings."),
  honoured("spec.storage.attachExistingPVCs.*.mountPoint", "Where it is mounted."),
  meaningless(
    "spec.rayVersion",
    "Ray's version.",
    "the image's Ray is what runs on engine {engine}",
  ),
  honoured("spec.restartPolicy", "Retries."),
  honoured("spec.restartPolicy.backoffLimit", "New attempts after a failed container. Default 0."),
  honoured("spec.gracefulTermination", "How it is stopped."),
  honoured(
    "spec.gracefulTermination.terminationGracePeriodSeconds",
    "From SIGTERM to SIGKILL. Default 30.",
  ),
  refused(
    "spec.gracefulTermination.shutdownCommand",
    "Run before SIGTERM.",
    later("shutdownCommand is"),
  ),
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
