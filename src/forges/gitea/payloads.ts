import { z } from "zod";

const commitId = z.string().regex(/^[0-9a-f]{40}$/);

/** Of a push event, the fields that are used. */
export const pushPayload = z.object({
  ref: z.string().startsWith("refs/").max(1024),
  before: commitId,
  after: commitId,
  repository: z.object({ id: z.number().int() }),
  pusher: z.object({ login: z.string().nullish(), username: z.string().nullish() }).nullish(),
  commits: z
    .array(
      z.object({
        id: commitId,
        message: z.string(),
        timestamp: z.string(),
        author: z.object({ name: z.string().nullish(), email: z.string().nullish() }),
      }),
    )
    .nullish(),
});
export type PushPayload = z.infer<typeof pushPayload>;
