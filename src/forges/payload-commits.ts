import { z } from "zod";

/** 40 hex digits. */
export const commitId = z.string().regex(/^[0-9a-f]{40}$/);

/** A push's commits as GitLab and Gitea write them alike; the fields that are used. */
export const payloadCommits = z
  .array(
    z.object({
      id: commitId,
      message: z.string(),
      timestamp: z.string(),
      author: z.object({ name: z.string().nullish(), email: z.string().nullish() }),
    }),
  )
  .nullish();
