import { z } from "zod";

import { DURATION_FORMS, parseDuration } from "../core/duration.ts";
import type { Json } from "../core/json.ts";
import { TRUTH_PATTERN, truthOf } from "./truth.ts";

/** Every message is the end of a sentence that begins with the field's path. */

export const text = (most = 200) =>
  z
    .string()
    .min(1, "is empty")
    .max(most, `is longer than ${most} characters`)
    .refine((value) => !value.includes("\0"), "holds a zero byte");

/** A switch, also in the words of YAML 1.1, and in quotes. */
export const truth = z
  .union(
    [z.boolean(), z.string().regex(TRUTH_PATTERN, "must be true or false")],
    "must be true or false",
  )
  .transform((value) => truthOf(value) === true);

const NUMBER = /^\d{1,15}(\.\d{1,9})?$/;

interface Range {
  readonly from?: number;
  readonly above?: number;
  readonly to?: number;
}

/** A whole number, also in quotes, as manifests in the wild write it. */
export const whole = (range: Range) => quantity(range, /^\d{1,15}$/, "a whole number");

/** A number, also in quotes. */
export const number = (range: Range) => quantity(range, NUMBER, "a number");

/** Memory: whoever comes from Kubernetes writes `16Gi`. */
export const gibibytes = (range: Range) =>
  quantity(range, NUMBER, "a number of GiB, without a unit,");

/** CPUs: a number, or Kubernetes' thousandths (`500m`). */
export const cpus = quantity(
  { above: 0, to: 10_000 },
  /^(\d{1,9}(\.\d{1,9})?|\d{1,9}m)$/,
  "a number of CPUs",
);

/** Seconds, written as `1h30m` or as a number. */
export const duration = z
  .union([z.number(), z.string()], `must be a time: ${DURATION_FORMS}`)
  .transform((value, context) => {
    const seconds = parseDuration(value);
    if (seconds === undefined)
      context.addIssue({ code: "custom", message: `must be a time: ${DURATION_FORMS}` });
    return seconds ?? 0;
  });

/** A Kubernetes quantity that is only passed on. */
export const kubernetesQuantity = z.union(
  [z.number(), z.string().min(1, "is empty")],
  "must be a quantity such as 10Gi",
);

/** Text values, whatever they look like: the reader gives them as they are written. */
export const textMap = z.record(z.string(), z.string("must be text"));

/** Any JSON; YAML also has numbers that JSON has not. */
export const json: z.ZodType<Json> = z.custom<Json>(
  isJson,
  "holds .inf or .nan, which JSON cannot",
);

function isJson(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return value !== undefined;
  return Object.values(value).every(isJson);
}

function quantity({ from, above, to }: Range, pattern: RegExp, kind: string) {
  const bounds = [
    from === undefined ? "" : ` from ${from}`,
    above === undefined ? "" : ` above ${above}`,
    to === undefined ? "" : `${from === undefined ? "," : ""} to ${to}`,
  ].join("");
  const message = `must be ${kind}${bounds}`;
  const isWhole = kind === "a whole number";
  return z
    .union([z.number(message), z.string().regex(pattern, message)], message)
    .transform((value) =>
      typeof value === "string" && value.endsWith("m")
        ? Number(value.slice(0, -1)) / 1000
        : Number(value),
    )
    .refine(
      (value) =>
        (from === undefined || value >= from) &&
        (above === undefined || value > above) &&
        (to === undefined || value <= to) &&
        (!isWhole || Number.isInteger(value)),
      message,
    );
}
