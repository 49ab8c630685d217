/**
 * Why a manifest, a project or a submission cannot set this variable, as a sentence; undefined where it can.
 * OMP_NUM_THREADS is the platform's too, but people may choose it.
 */
export function variableFault(name: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,199}$/.test(name) || name === "__proto__")
    return `${JSON.stringify(name.slice(0, 80))} cannot be the name of a variable: letters, digits and _, not beginning with a digit.`;
  if (name === "PATH" || name.startsWith("LD_"))
    return `The variable ${name} decides which programs run: set it in the Dockerfile, or in the command.`;
  if (RESERVED.has(name) || RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix)))
    return `The variable ${name} is set by Assay and cannot be changed; choose another name.`;
  return undefined;
}

const RESERVED_PREFIXES = ["ASSAY_", "PARAM_", "JAXOPERATOR_"];

/** docs/manifest.md lists what each of them holds. */
const RESERVED = new Set([
  "AICHOR_INPUT_PATH",
  "AICHOR_OUTPUT_PATH",
  "AICHOR_INPUT_BUCKET_NAME",
  "AICHOR_OUTPUT_BUCKET_NAME",
  "AICHOR_TENSORBOARD_PATH",
  "AICHOR_LOGS_PATH",
  "AICHOR_EXPERIMENT_ID",
  "AICHOR_PROJECT_ID",
  "AICHOR_EXPERIMENT_MESSAGE",
  "S3_ENDPOINT",
  "VCS_COMMIT_MESSAGE",
  "VCS_SHA",
  "VCS_BRANCH",
  "VCS_AUTHOR_NAME",
  "VCS_AUTHOR_EMAIL",
  "VCS_REPOSITORY",
  "JOB_INDEX",
  "JOB_GLOBAL_INDEX",
  "JOB_COMPLETION_INDEX",
  "REPLICATED_JOB_NAME",
  "REPLICATED_JOB_REPLICAS",
  "GLOBAL_REPLICAS",
  "MASTER_ADDR",
  "MASTER_PORT",
  "WORLD_SIZE",
  "RANK",
  "PET_NNODES",
  "PET_NODE_RANK",
  "PET_MASTER_ADDR",
  "PET_MASTER_PORT",
  "WORKER_PORT",
  "WORKER_ADDRS",
  "TF_CONFIG",
  "RAY_ADDRESS",
  "RAY_SERVER",
  "RUNNING_ON_AICHOR",
]);

/** What one variable may hold at most; the kernel refuses to start a program with more than 128 KiB in one. */
export const VARIABLE_LIMIT_BYTES = 96 * 1024;

/** Why a variable cannot hold this value; undefined where it can. */
export function variableValueFault(name: string, value: string): string | undefined {
  if (value.includes("\0")) return `The variable ${name} holds a zero byte, which no variable can.`;
  return value.length * 3 > VARIABLE_LIMIT_BYTES &&
    new TextEncoder().encode(value).length > VARIABLE_LIMIT_BYTES
    ? `The variable ${name} is longer than ${VARIABLE_LIMIT_BYTES / 1024} KiB; put it into a file.`
    : undefined;
}
