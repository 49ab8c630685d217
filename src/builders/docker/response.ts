import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

import { asUnreachable } from "./dial.ts";
import type { BuildProgress } from "./progress.ts";
import { decodeTrace } from "./trace.ts";

export type BuildResult =
  | { readonly kind: "built"; readonly digest: string }
  | { readonly kind: "failed"; readonly message: string };

/** Reads a build's response to its end, at the pace at which `log` takes what it says. */
export async function readResponse(
  response: Readable,
  progress: BuildProgress,
  log: (bytes: Uint8Array) => Promise<void>,
): Promise<BuildResult> {
  let result: BuildResult | undefined;
  for await (const message of messages(response)) {
    const { id, aux, error } = Object(message);
    if (id === "moby.buildkit.trace") {
      const lines = progress.read(decodeTrace(Buffer.from(String(aux), "base64")));
      if (lines !== "") await log(Buffer.from(lines));
    } else if (id === "moby.image.id") result = { kind: "built", digest: String(Object(aux).ID) };
    else if (typeof error === "string") result = { kind: "failed", message: error };
  }
  if (result !== undefined) return result;
  throw new Error("Docker ended the build without an image and without an error.");
}

/** JSON, one value a line. A connection that breaks is an Engine that went away. */
export async function* messages(response: Readable): AsyncIterable<unknown> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  try {
    for await (const chunk of response) {
      const lines = (rest + decoder.write(chunk)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.trim() !== "") yield JSON.parse(line);
    }
  } catch (error) {
    throw asUnreachable(error);
  }
  if (rest.trim() !== "") yield JSON.parse(rest);
}
