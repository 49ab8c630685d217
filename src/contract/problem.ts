import { z } from "zod";

/** RFC 9457. `detail` is a sentence that a person can act on. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  /** Of a 500: what to look for in the server's log. */
  id: z.string().optional(),
  /** Of a 422: what is wrong, and where. */
  errors: z
    .array(
      z.object({
        path: z.string(),
        message: z.string(),
        suggestion: z.string().optional(),
        line: z.number().int().optional(),
        column: z.number().int().optional(),
      }),
    )
    .optional(),
});
export type Problem = z.infer<typeof Problem>;
