import { z } from "zod";

const commitId = z.string().regex(/^[0-9a-f]{40}$/);

/** Of a push or tag push event, the fields that are used. */
export const pushPayload = z.object({
  object_kind: z.enum(["push", "tag_push"]),
  ref: z.string().startsWith("refs/").max(1024),
  before: commitId,
  after: commitId,
  user_username: z.string().nullish(),
  project: z.object({ id: z.number().int() }),
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
