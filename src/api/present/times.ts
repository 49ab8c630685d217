/** A time as the API writes it: RFC 3339, UTC, milliseconds. */
export const time = (at: Date | string): string => new Date(at).toISOString();

export const timeOrNull = (at: Date | string | undefined): string | null =>
  at === undefined ? null : time(at);
