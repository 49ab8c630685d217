// PostgreSQL keeps neither a NUL nor half of a surrogate pair, in text or in jsonb, and what people and their programs
// write holds both: a statement that were refused for it would be refused for ever. U+FFFD takes their place.

export const storableText = (text: string): string =>
  text.toWellFormed().replaceAll("\0", "\ufffd");

/** JSON text, in which both stand as escapes. Every escape is read, so that what follows `\\` is none. */
export const storableJson = (text: string): string =>
  text.replaceAll(/\\(?:u0000|ud[89a-f]..|.)/g, (escape) =>
    escape.length === unicodeEscapeLength ? "\ufffd" : escape,
  );

const unicodeEscapeLength = String.raw`\u0000`.length;
