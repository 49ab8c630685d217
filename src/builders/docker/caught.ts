// What was caught is asked for its fields, not for its class: errors of Node's own modules are of another realm's class
// where code runs in a vm, as .dockerignore's patterns and the tests do.

export const codeOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "code" in error ? error.code : undefined;

/** The HTTP status of an Engine's refusal. */
export const statusOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "statusCode" in error
    ? error.statusCode
    : undefined;

export const reasonOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "message" in error
    ? String(error.message)
    : String(error);
