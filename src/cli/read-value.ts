import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { buffer } from "node:stream/consumers";

import { failure, usage } from "./exit.ts";
import { readSecret } from "./read-secret.ts";
import { reasonOf } from "./reason.ts";
import { remark, type Shell } from "./shell.ts";

/** A secret's value: typed unseen, the whole of a pipe without its last line's end, or a file as it is. */
export async function readValue(
  shell: Shell,
  question: string,
  { written, file }: { readonly written: string | undefined; readonly file: string | undefined },
): Promise<string> {
  if (written !== undefined && file !== undefined)
    throw usage("A value and --file say two things. Leave one out.");
  if (written !== undefined) {
    remark(
      shell,
      "Warning: a value that is typed as an argument is in the shell's history, and was in the list of processes. Leave it out, and you are asked for it.",
    );
    return written;
  }
  if (file !== undefined && file !== "-") return asText(await readWhole(shell, file), file);
  if (shell.in.isTTY === true) return readSecret(shell, question);
  return asText(await buffer(shell.in), "The standard input").replace(/\r?\n$/, "");
}

async function readWhole({ folder }: Shell, file: string): Promise<Buffer> {
  try {
    return await readFile(resolve(folder, file));
  } catch (error) {
    throw failure(`${file} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

function asText(bytes: Buffer, from: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw failure(
      `${from} holds bytes that are no text. A secret is a variable: encode it, as with base64.`,
      { cause: error },
    );
  }
}
