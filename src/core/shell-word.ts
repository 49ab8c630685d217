/** Text as one word of a shell command, always quoted: a bare 2 before > would name a file descriptor. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
