import { z } from "zod";

import { Text } from "./json.ts";
import { pageOf } from "./page.ts";

/** A variable of every container of a project; nothing secret. */
export const VariableAnswer = z.object({ name: z.string(), value: z.string() });
export type VariableAnswer = z.infer<typeof VariableAnswer>;

export const VariablePage = pageOf(VariableAnswer);

export const SetVariableRequest = z.strictObject({ value: Text });

/** A folder of the engine's machine that the project's manifests may attach. */
export const VolumeAnswer = z.object({
  name: z.string(),
  hostPath: z.string(),
  readOnly: z.boolean(),
});
export type VolumeAnswer = z.infer<typeof VolumeAnswer>;

export const VolumePage = pageOf(VolumeAnswer);

export const SetVolumeRequest = z.strictObject({
  hostPath: Text.max(1000),
  readOnly: z.boolean().default(false),
});
