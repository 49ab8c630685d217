import { DatabaseUnavailableError } from "../core/errors.ts";
import { reasonOf } from "./caught.ts";

/** Connecting failed, the server is stopping or starting, or it ended a session that slept in a transaction. */
const codes = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|08\w{3}|57P0[1-5]|25P03|53300)$/;
/** Of pg's errors that have no code: the session ended during the statement, or before it. */
const messages = /(^| - )(Connection terminated|Client .* is not queryable|timeout expired)/;

/** Throws DatabaseUnavailableError where `work`, which speaks to the database alone, found it away. */
export async function reachable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isDatabaseAway(error) ? unavailable(error) : error;
  }
}

export function unavailable(error: unknown): DatabaseUnavailableError {
  if (error instanceof DatabaseUnavailableError) return error;
  // knex puts all of the SQL before PostgreSQL's own words.
  const reason = reasonOf(error).split(" - ").at(-1);
  return new DatabaseUnavailableError(`The database does not answer: ${reason}.`, { cause: error });
}

/** Asked for its fields: neither pg nor knex has a class for it. */
export function isDatabaseAway(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const { code, syscall, name, message } = fields(error);
  if (typeof code === "string") {
    // The socket of an embedded server that does not run.
    return codes.test(code) || (code === "ENOENT" && syscall === "connect");
  }
  // No connection came free in time.
  return name === "KnexTimeoutError" || messages.test(String(message));
}

function fields(error: object) {
  return {
    code: "code" in error ? error.code : undefined,
    syscall: "syscall" in error ? error.syscall : undefined,
    name: "name" in error ? error.name : undefined,
    message: "message" in error ? error.message : undefined,
  };
}
