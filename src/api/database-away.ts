import { DatabaseUnavailableError } from "../core/errors.ts";

/** Connecting failed, or the server is stopping or starting. */
const codes = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|08\w{3}|57P0[1-5]|53300)$/;

/** Whether an error, or what caused it, says that the database is away. Asked for its fields: pg has no class for it. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof DatabaseUnavailableError) return true;
  if (typeof error !== "object" || error === null) return false;
  const { code, syscall, name, message, cause } = fields(error);
  if (typeof code === "string" && codes.test(code)) return true;
  // The socket of an embedded server that does not run; no connection came free in time; one broke in between.
  if (code === "ENOENT" && syscall === "connect") return true;
  if (name === "KnexTimeoutError" || String(message).startsWith("Connection terminated"))
    return true;
  return isDatabaseAway(cause);
}

function fields(error: object) {
  return {
    code: "code" in error ? error.code : undefined,
    syscall: "syscall" in error ? error.syscall : undefined,
    name: "name" in error ? error.name : undefined,
    message: "message" in error ? error.message : undefined,
    cause: "cause" in error ? error.cause : undefined,
  };
}
