/** Why something of Node's failed, in its own words: those of the cause, where fetch only says that it failed. */
export function reasonOf(error: unknown): string {
  const { message, code, cause } = errorLike(error);
  if (cause !== undefined) return reasonOf(cause);
  if (code === "ECONNREFUSED") return "connection refused";
  if (code === "ENOTFOUND") return "its name is not known";
  return message === "" ? code : message;
}

/** The code of one of Node's errors, `""` for others. */
export const codeOf = (error: unknown): string => errorLike(error).code;

/** Whether it is about a file, not about a connection. */
export const hasPath = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "path" in error;

function errorLike(error: unknown): {
  readonly message: string;
  readonly code: string;
  readonly cause: unknown;
} {
  if (typeof error !== "object" || error === null)
    return { message: String(error), code: "", cause: undefined };
  return {
    message: "message" in error ? String(error.message) : "",
    code: "code" in error ? String(error.code) : "",
    cause: "cause" in error ? error.cause : undefined,
  };
}
