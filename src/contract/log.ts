import { z } from "zod";

import { STEPS } from "../core/experiment.ts";
import { Text } from "./json.ts";

const Count = z.coerce.number().int().min(0);

export const LogQuery = z.strictObject({
  /** Default: the last step that has a log. */
  step: z.enum(STEPS).optional(),
  /** Id or name. */
  run: Text.optional(),
  /** Name, or index from 0. */
  replica: Text.optional(),
  /** Default: the last. */
  attempt: Count.optional(),
  /** The byte to begin at. */
  offset: Count.optional(),
  /** Lines from the end. */
  tail: Count.optional(),
});
export type LogQuery = z.infer<typeof LogQuery>;

/** `data` of the log's stream; its `id` is the byte offset behind it. */
export const LogText = z.object({ text: z.string() });
/** `data` of `event: end`. */
export const LogEnd = z.object({ bytes: z.number().int(), sha256: z.string() });
