import { z } from "zod";

const commitId = z.string().regex(/^[0-9a-f]{40}$/);
const repository = z.object({
  id: z.number().int(),
  pushed_at: z.union([z.number(), z.string()]).nullish(),
});

/** Of a push event, the fields that are used. */
export const pushPayload = z.object({
  ref: z.string().startsWith("refs/").max(1024),
  before: commitId,
  after: commitId,
  forced: z.boolean().default(false),
  repository,
  pusher: z.object({ name: z.string().nullish() }).nullish(),
  commits: z
    .array(
      z.object({
        id: commitId,
        message: z.string(),
        timestamp: z.string(),
        distinct: z.boolean().default(true),
        author: z.object({ name: z.string().nullish(), email: z.string().nullish() }),
      }),
    )
    .default([]),
});
export type PushPayload = z.infer<typeof pushPayload>;

export const pingPayload = z.object({ repository: repository.optional() });
