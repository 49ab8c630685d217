import type { Logger } from "../../src/core/logger.ts";

interface Line {
  readonly level: keyof Logger;
  readonly fields: object;
  readonly message: string;
}

/** A log that can be asked what it was told. */
export function recordingLog(): {
  readonly log: Logger;
  /** The fields of the lines of this level whose message matches. */
  readonly told: (level: keyof Logger, message: RegExp) => readonly object[];
} {
  const lines: Line[] = [];
  const keep =
    (level: keyof Logger) =>
    (fields: object, message: string): void =>
      void lines.push({ level, fields, message });
  return {
    log: { debug: keep("debug"), info: keep("info"), warn: keep("warn"), error: keep("error") },
    told: (level, message) =>
      lines
        .filter((line) => line.level === level && message.test(line.message))
        .map(({ fields }) => fields),
  };
}
