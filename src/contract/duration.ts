import { z } from "zod";

const units = { d: 86_400, h: 3_600, m: 60, s: 1 };

/** `90s`, `2m`, `1h30m`, `1d`, or a number of seconds; in seconds. */
export const Duration = z
  .union([
    z.number().positive(),
    z
      .string()
      .regex(
        /^(?=.)(\d{1,9}d)?(\d{1,9}h)?(\d{1,9}m)?(\d{1,9}s?)?$/,
        "Write it like 90s, 1h30m or 1d.",
      ),
  ])
  .transform(toSeconds);

function toSeconds(written: number | string): number {
  if (typeof written === "number") return written;
  let seconds = 0;
  for (const [, amount, unit] of written.matchAll(/(\d+)([dhms]?)/g))
    seconds += Number(amount) * units[isUnit(unit) ? unit : "s"];
  return seconds;
}

function isUnit(text: string | undefined): text is keyof typeof units {
  return text !== undefined && text in units;
}
