import { z } from "zod";

import { Time } from "./json.ts";

const Days = z.coerce.number().int().min(1).max(99_999);

/** As if the settings were these; what is left out is as it is set. */
export const RetentionQuery = z.strictObject({
  keepImagesDays: Days.optional(),
  keepArchivesDays: Days.optional(),
  keepLogsDays: Days.optional(),
  /** 0 to 1 */
  keepBuildCache: z.coerce.number().min(0).max(1).optional(),
});
export type RetentionQuery = z.infer<typeof RetentionQuery>;

const Expired = z.object({
  name: z.string(),
  bytes: z.number().int(),
  lastUsedAt: Time,
  /** The newest few that used it, as `digits#12`. */
  experiments: z.array(z.string()),
});

const ExpiredKind = z.object({
  setting: z.string(),
  /** null: for ever */
  keepDays: z.number().int().nullable(),
  count: z.number().int(),
  bytes: z.number().int(),
  /** When the longest unused of them was used last. */
  oldest: Time.nullable(),
  /** The longest unused. */
  first: z.array(Expired),
});

/** What would be removed now. */
export const RetentionAnswer = z.object({
  /** null: Docker does not answer. Layers that images share are counted with each. */
  images: ExpiredKind.nullable(),
  archives: ExpiredKind,
  /** Those of an experiment count as one. */
  logs: ExpiredKind,
  /** null: Docker does not answer. */
  buildCache: z
    .object({
      setting: z.string(),
      keepShare: z.number(),
      keepBytes: z.number().int(),
      usedBytes: z.number().int(),
      /** What would go, the longest unused first. */
      bytes: z.number().int(),
    })
    .nullable(),
});
export type RetentionAnswer = z.infer<typeof RetentionAnswer>;
