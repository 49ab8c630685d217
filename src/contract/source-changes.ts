import { z } from "zod";

import { Text } from "./json.ts";

export const SourceChangesQuery = z.strictObject({
  /** A reference to the other experiment: files are added, deleted, modified since then. */
  from: Text.min(1),
});

/** At most 500 files. */
export const SourceChangesAnswer = z.object({
  from: z.string().nullable(),
  to: z.string().nullable(),
  /** The page of it on the forge, where that has one. */
  url: z.string().nullable(),
  /** By path; null where they cannot be told, for the reason beside it. */
  files: z
    .array(
      z.object({
        path: z.string(),
        change: z.enum(["added", "deleted", "modified"]),
        /** null: the file is no text. */
        linesAdded: z.number().int().nullable(),
        linesDeleted: z.number().int().nullable(),
      }),
    )
    .nullable(),
  reason: z.string().nullable(),
});
export type SourceChangesAnswer = z.infer<typeof SourceChangesAnswer>;
