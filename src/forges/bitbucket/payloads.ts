import { z } from "zod";

const commitId = z.string().regex(/^[0-9a-f]{40}$/);

const side = z
  .object({
    type: z.string(),
    name: z.string().min(1).max(1000),
    target: z.object({ hash: commitId }),
  })
  .nullish();

/** repo:push of Bitbucket Cloud; of its fields, those that are used. */
export const cloudPush = z.object({
  repository: z.object({ uuid: z.string().min(1).max(100) }),
  actor: z.object({ nickname: z.string().nullish(), display_name: z.string().nullish() }).nullish(),
  push: z.object({
    changes: z.array(
      z.object({
        old: side,
        new: side,
        forced: z.boolean().default(false),
        truncated: z.boolean().default(false),
        commits: z
          .array(
            z.object({
              hash: commitId,
              message: z.string(),
              date: z.string(),
              author: z.object({ raw: z.string().nullish() }).nullish(),
            }),
          )
          .nullish(),
      }),
    ),
  }),
});
export type CloudChange = z.infer<typeof cloudPush>["push"]["changes"][number];

/** repo:refs_changed of Bitbucket Data Center and Server. */
export const serverPush = z.object({
  date: z.string().nullish(),
  actor: z.object({ name: z.string().nullish() }).nullish(),
  repository: z.object({ id: z.number().int() }),
  changes: z.array(
    z.object({
      refId: z.string().startsWith("refs/").max(1024),
      fromHash: commitId,
      toHash: commitId,
    }),
  ),
});
