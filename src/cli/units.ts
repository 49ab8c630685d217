/** `8.3 s`, `2 m 05 s`, `1 h 05 m`, `3 d 04 h`. */
export function lasting(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${two((seconds % 3600) / 60)} m`;
  return `${Math.floor(seconds / 86_400)} d ${two((seconds % 86_400) / 3600)} h`;
}

/** How long something took, or has taken so far; nothing where it has not begun. */
export function lastingFrom(startedAt: string | null, finishedAt: string | null): string {
  if (startedAt === null) return "";
  const until = finishedAt === null ? Date.now() : Date.parse(finishedAt);
  return lasting(until - Date.parse(startedAt));
}

/** `1 file`, `2 files`. */
export const counted = (count: number, thing: string): string =>
  `${count} ${thing}${count === 1 ? "" : "s"}`;

/** In local time, to the minute. */
export function moment(time: string | null): string {
  if (time === null) return "";
  const at = new Date(time);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** `512 B`, `1.5 KiB`, `12.0 GiB`. */
export function bytes(count: number): string {
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let value = count;
  let unit = "B";
  for (const next of units) {
    if (value < 1024) break;
    value /= 1024;
    unit = next;
  }
  return unit === "B" ? `${count} B` : `${value.toFixed(1)} ${unit}`;
}

const two = (number: number): string => String(Math.floor(number)).padStart(2, "0");
