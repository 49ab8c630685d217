import { z } from "zod";

import { commitId, payloadCommits } from "../payload-commits.ts";

/** Of a push or tag push event, the fields that are used. */
export const pushPayload = z.object({
  object_kind: z.enum(["push", "tag_push"]),
  ref: z.string().startsWith("refs/").max(1024),
  before: commitId,
  after: commitId,
  user_username: z.string().nullish(),
  project: z.object({ id: z.number().int() }),
  commits: payloadCommits,
});
export type PushPayload = z.infer<typeof pushPayload>;
