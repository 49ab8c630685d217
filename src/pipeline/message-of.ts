/** Of what was thrown, for a sentence that goes on about it. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
