import { z } from "zod";

import { commitId, payloadCommits } from "../payload-commits.ts";

/** Of a push event, the fields that are used. */
export const pushPayload = z.object({
  ref: z.string().startsWith("refs/").max(1024),
  before: commitId,
  after: commitId,
  repository: z.object({ id: z.number().int() }),
  pusher: z.object({ login: z.string().nullish(), username: z.string().nullish() }).nullish(),
  commits: payloadCommits,
});
export type PushPayload = z.infer<typeof pushPayload>;
