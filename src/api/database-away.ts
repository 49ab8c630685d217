import { DatabaseUnavailableError } from "../core/errors.ts";

/** Connecting failed, the server is stopping or starting, or no connection came free in time. */
const codes = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|08\w{3}|57P0[1-5]|53300)$/;

/** Whether an error, or what caused it, says that the database is away. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof DatabaseUnavailableError || error.name === "KnexTimeoutError") return true;
  const code = "code" in error ? error.code : undefined;
  if (typeof code === "string" && codes.test(code)) return true;
  // The socket of an embedded server that does not run.
  if (code === "ENOENT" && "syscall" in error && error.syscall === "connect") return true;
  return error.message.startsWith("Connection terminated") || isDatabaseAway(error.cause);
}
