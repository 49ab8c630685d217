/** Ten years: longer than anything waits, and small enough for every counter that holds it. */
const LONGEST_SECONDS = 3650 * 86_400;

const WRITTEN = /^(?:(\d{1,9})d)? ?(?:(\d{1,9})h)? ?(?:(\d{1,9})m)? ?(?:(\d{1,9})s)?$/;

/** Whole seconds of `90s`, `2m`, `1h30m`, `1d` or a number of seconds; undefined for anything else, for nothing and for more than ten years. */
export function parseDuration(value: string | number): number | undefined {
  const seconds = typeof value === "number" ? value : secondsOf(value.trim());
  if (seconds === undefined || !Number.isInteger(seconds)) return undefined;
  return seconds > 0 && seconds <= LONGEST_SECONDS ? seconds : undefined;
}

/** What every message about a wrong duration says. */
export const DURATION_FORMS = "90s, 2m, 1h30m, 1d or a number of seconds";

function secondsOf(text: string): number | undefined {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  const parts = WRITTEN.exec(text);
  if (text === "" || parts === null) return undefined;
  const [days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  return (days ?? 0) * 86_400 + (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
}
