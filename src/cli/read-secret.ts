import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

import { EXIT, Exit } from "./exit.ts";
import { remark, type Shell } from "./shell.ts";

/** A line that is typed unseen, or the first line of a pipe. */
export async function readSecret(shell: Shell, question: string): Promise<string> {
  if (shell.in.isTTY !== true) return firstLine(shell.in);
  shell.err.write(question);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: shell.in, output: unseen, terminal: true });
  try {
    const stopped = new AbortController();
    lines.once("SIGINT", () => stopped.abort());
    return (await lines.question("", { signal: stopped.signal })).trim();
  } catch (error) {
    throw new Exit(EXIT.interrupted, "", { cause: error });
  } finally {
    lines.close();
    remark(shell, "");
  }
}

async function firstLine(input: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input })) return line.trim();
  return "";
}
