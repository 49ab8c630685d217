import { z } from "zod";

import { Text, Time } from "./json.ts";
import { pageOf } from "./page.ts";

/** Never its value. */
export const SecretAnswer = z.object({
  name: z.string(),
  /** Grows with each new value. */
  version: z.number().int(),
  createdBy: z.string().nullable(),
  createdAt: Time,
});
export type SecretAnswer = z.infer<typeof SecretAnswer>;

export const SecretPage = pageOf(SecretAnswer);

export const SetSecretRequest = z.strictObject({ value: Text });
