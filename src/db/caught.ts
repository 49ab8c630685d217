// What was caught is asked for its fields, not for its class: errors of Node's own modules are of another realm's
// class where code runs in a vm, as the tests do.

export const codeOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "code" in error ? error.code : undefined;

/** Never empty, so that it can end a sentence: an error of several attempts has no message. */
export const reasonOf = (error: unknown): string => {
  const hasMessage = typeof error === "object" && error !== null && "message" in error;
  return (hasMessage && String(error.message)) || String(codeOf(error) ?? error);
};
