/** What was caught is asked for its code, not for its class: in a vm, as in the tests, Node's errors are of another realm. */
export const codeOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
