import { z } from "zod";

import { Text, Time } from "./json.ts";
import { PageQuery, pageOf } from "./page.ts";

export const ObjectsQuery = PageQuery.extend({
  prefix: Text.max(1_024).optional(),
  /** With "/", folders come as prefixes. */
  delimiter: z.literal("/").optional(),
});

export const ObjectAnswer = z.object({
  key: z.string(),
  size: z.number().int(),
  modifiedAt: Time,
  etag: z.string(),
});
export type ObjectAnswer = z.infer<typeof ObjectAnswer>;

export const ObjectPage = pageOf(ObjectAnswer).extend({ prefixes: z.array(z.string()) });
