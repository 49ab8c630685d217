import { matches } from "./field-patterns.ts";
import type { Path } from "./yaml-tree.ts";

/** Fields that are text however they look: `command: true`, `VERSION: 3.10`, `name: 2024`. */
const TEXT = [
  "apiVersion",
  "name",
  "description",
  "tags.*",
  "needs.*",
  "secrets.*",
  "inputs.*.*",
  "concurrency.group",
  "builder.image",
  "builder.dockerfile",
  "builder.context",
  "builder.target",
  "builder.registry",
  "builder.skipBuild.experimentID",
  "builder.buildArgs.*",
  "clone.submodules",
  "spec.image",
  "spec.command",
  "spec.engineName",
  "spec.rayVersion",
  "spec.storage.attachExistingPVCs.*.*",
  "spec.env.*",
  "spec.types.*.rayStartParams.*",
  "spec.types.Workers.*.rayStartParams.*",
  "spec.types.*.resources.extraSelectors.*",
  "spec.types.*.resources.extraTolerations.*.*",
  "spec.types.*.resources.accelerators.gpu.type",
  "spec.types.*.resources.accelerators.gpu.product",
  "spec.types.job.environment.*",
  "spec.types.job.memory_per_cpu",
  "spec.types.job.time",
].map((path) => path.split("."));

const JSON_FIELDS = new Set<unknown>(["params", "metadata", "search", "nodes", "schedule"]);

export function isText(path: Path): boolean {
  return TEXT.some((pattern) => matches(pattern, path));
}

/** Elsewhere a name with nothing behind it is the same as no name. */
export function keepsNull(path: Path): boolean {
  return JSON_FIELDS.has(path[0]) && path.length > 1;
}
