/** What the process says to scripts. */
export const EXIT = {
  succeeded: 0,
  failed: 1,
  usage: 2,
  cancelled: 3,
  unreachable: 4,
  /** As shells count a process that Ctrl-C ended. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command with a code, and a sentence where one is needed. */
export class Exit extends Error {
  override name = "Exit";
  readonly code: ExitCode;
  constructor(code: ExitCode, message = "", options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The server answered, and refused. */
export class Refused extends Exit {
  override name = "Refused";
  readonly status: number;
  constructor(status: number, message: string) {
    super(EXIT.failed, message);
    this.status = status;
  }
}

/** The command was not written as it must be. */
export const usage = (message: string, options?: ErrorOptions): Exit =>
  new Exit(EXIT.usage, message, options);

/** It was asked for as it must be, and cannot be. */
export const failure = (message: string, options?: ErrorOptions): Exit =>
  new Exit(EXIT.failed, message, options);
