import type { Operator } from "../core/manifest.ts";
import { enabled, honoured, later, meaningless, refused, type Field } from "./field.ts";

/** They are the ways of whole engines. */
const OTHER_OPERATORS = ["slurm", "vertexai"] as const satisfies readonly Operator[];

/** What runs, and how; which replicas there are is in replica-fields.ts. */
export const RUN_FIELDS: readonly Field[] = [
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
  honoured("spec.storage.attachExistingPVCs.*.name", "Which, of those that the project has."),
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
];
