import { BUILD_FIELDS } from "./build-fields.ts";
import { EXPERIMENT_FIELDS } from "./experiment-fields.ts";
import type { Field } from "./field.ts";
import { REPLICA_FIELDS } from "./replica-fields.ts";
import { RUN_FIELDS } from "./run-fields.ts";

/** Every field of the manifest and what engines do with it; docs/manifest.md is tested against it. */
export const FIELDS: readonly Field[] = [
  ...EXPERIMENT_FIELDS,
  ...BUILD_FIELDS,
  ...RUN_FIELDS,
  ...REPLICA_FIELDS,
];
