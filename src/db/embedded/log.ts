import { readFile } from "node:fs/promises";
import { join } from "node:path";

export const logFileOf = (folder: string): string => join(folder, "postgres.log");

/** The last lines that the server wrote, to end an error message with. */
export async function quoteLog(folder: string): Promise<string> {
  const log = await readFile(logFileOf(folder), "utf8").catch(() => "");
  return `The end of ${logFileOf(folder)}:\n${log.trimEnd().split("\n").slice(-12).join("\n")}`;
}
