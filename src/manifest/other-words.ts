import { matches } from "./field-patterns.ts";
import type { Path } from "./yaml-tree.ts";

const RESOURCES = "spec.types.*.resources";

/** What people write who come from elsewhere, or from version 0.0.2, and the field that they mean. */
const FIELD_OF: Readonly<Record<string, string>> = {
  gpu: `${RESOURCES}.accelerators.gpu.count`,
  gpus: `${RESOURCES}.accelerators.gpu.count`,
  gputype: `${RESOURCES}.accelerators.gpu.type`,
  gpuproduct: `${RESOURCES}.accelerators.gpu.product`,
  tpu: `${RESOURCES}.accelerators.tpu`,
  mem: `${RESOURCES}.memory`,
  ram: `${RESOURCES}.memory`,
  memorygb: `${RESOURCES}.memory`,
  shm: `${RESOURCES}.shmSizeGB`,
  shmsize: `${RESOURCES}.shmSizeGB`,
  nodeselector: `${RESOURCES}.extraSelectors`,
  tolerations: `${RESOURCES}.extraTolerations`,
  replicas: "spec.types.*.count",
  replicacount: "spec.types.*.count",
  cmd: "spec.command",
  script: "spec.command",
  run: "spec.command",
  entrypoint: "spec.command",
  engine: "spec.engineName",
  environment: "spec.env",
  variables: "spec.env",
  deadline: "spec.timeout",
  retries: "spec.restartPolicy.backoffLimit",
  retry: "spec.restartPolicy.backoffLimit",
  graceperiod: "spec.gracefulTermination.terminationGracePeriodSeconds",
  terminationgraceperiod: "spec.gracefulTermination.terminationGracePeriodSeconds",
  volumes: "spec.storage.attachExistingPVCs",
  docker: "builder",
  build: "builder",
  args: "builder.buildArgs",
  parameters: "params",
  hyperparameters: "params",
  labels: "tags",
  dependson: "needs",
};

/** The field that is meant by a name of others', as somebody would write it who stands at `parent`. */
export function otherWord(parent: Path, key: string): string | undefined {
  const word = key.toLowerCase().replaceAll(/[_-]/g, "");
  const path = Object.hasOwn(FIELD_OF, word) ? FIELD_OF[word]?.split(".") : undefined;
  if (path === undefined) return undefined;
  const isBelow = matches(path.slice(0, parent.length), parent);
  return (isBelow ? path.slice(parent.length) : path).join(".").replaceAll("*", "<name>");
}
