import { z } from "zod";

import type { Json as CoreJson, JsonObject as CoreJsonObject } from "../core/json.ts";

/** Text that PostgreSQL can keep: whole characters and no NUL. */
const isStorable = (text: string): boolean => !text.includes("\0") && !/\p{Surrogate}/u.test(text);

export const Text = z
  .string()
  .refine(isStorable, "holds a NUL or half a character; leave these out");

export const Json: z.ZodType<CoreJson> = z.lazy(() =>
  z.union([Text, z.number(), z.boolean(), z.null(), z.array(Json), z.record(Text, Json)]),
);

export const JsonObject: z.ZodType<CoreJsonObject> = z.record(Text, Json);

/** RFC 3339, UTC, milliseconds. */
export const Time = z.iso.datetime();
