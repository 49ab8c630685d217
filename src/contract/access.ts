import { z } from "zod";

import { Duration } from "./duration.ts";
import { Text, Time } from "./json.ts";
import { pageOf } from "./page.ts";

/** What shows who somebody is; never the token itself. */
export const TokenAnswer = z.object({
  id: z.uuid(),
  user: z.string(),
  name: z.string(),
  createdAt: Time,
  expiresAt: Time.nullable(),
  /** To the hour. */
  lastUsedAt: Time.nullable(),
});
export type TokenAnswer = z.infer<typeof TokenAnswer>;
export const TokenPage = pageOf(TokenAnswer);

const SHORTEST_SECONDS = 60;

export const CreateTokenRequest = z.strictObject({
  name: Text.trim().min(1).max(100),
  expiresIn: Duration.pipe(
    z.number().min(SHORTEST_SECONDS, "must be at least a minute"),
  ).optional(),
});

/** `token` is shown this once. */
export const CreatedTokenAnswer = TokenAnswer.extend({ token: z.string() });

export const UserAnswer = z.object({
  name: z.string(),
  administrator: z.boolean(),
  createdBy: z.string().nullable(),
  createdAt: Time,
});
export type UserAnswer = z.infer<typeof UserAnswer>;
export const UserPage = pageOf(UserAnswer);

export const CreateUserRequest = z.strictObject({
  name: Text,
  administrator: z.boolean().default(false),
});

/** `token` signs them in, and is shown this once. */
export const CreatedUserAnswer = UserAnswer.extend({ token: z.string() });
