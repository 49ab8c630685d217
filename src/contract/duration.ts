import { z } from "zod";

import { DURATION_FORMS, parseDuration } from "../core/duration.ts";

const FORMS = `must be a time: ${DURATION_FORMS}`;

/** `90s`, `2m`, `1h30m`, `1d`, or a number of seconds; in seconds. */
export const Duration = z.union([z.number(), z.string()], FORMS).transform((written, context) => {
  const seconds = parseDuration(written);
  if (seconds !== undefined) return seconds;
  context.addIssue({ code: "custom", message: FORMS });
  return z.NEVER;
});
