import { z } from "zod";

import { EXPERIMENT_STATUSES, STEP_STATUSES, STEPS } from "../core/experiment.ts";
import { Text } from "./json.ts";

export const ChangesQuery = z.strictObject({
  /** Slug or id; without one, every project. */
  project: Text.optional(),
});

/** `data` of `event: changed`: how the experiment stands now. */
export const ChangeAnswer = z.object({
  id: z.uuid(),
  number: z.number().int(),
  project: z.object({ id: z.uuid(), slug: z.string() }),
  status: z.enum(EXPERIMENT_STATUSES),
  step: z.enum(STEPS),
  stepStatus: z.enum(STEP_STATUSES),
  note: z.string().nullable(),
});
export type ChangeAnswer = z.infer<typeof ChangeAnswer>;
