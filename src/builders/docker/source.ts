import { posix } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { extract, type Extract } from "tar-stream";

import type { BuildRequest } from "../../core/builder.ts";
import { BuildFailedError } from "../../core/errors.ts";
import { reasonOf } from "./caught.ts";

export type EntryKind = "file" | "directory" | "symlink" | "hardlink" | "special";

export interface SourceEntry {
  /** Below the source's root, without a slash at either end; "" is the root itself. */
  readonly path: string;
  readonly kind: EntryKind;
  readonly executable: boolean;
  readonly size: number;
  readonly mtime: Date;
  /** As written, for a symbolic link; a path of the source, for a hard link. */
  readonly target: string;
  /** Is read to its end, or skipped, before the next entry. */
  readonly body: AsyncIterable<Uint8Array>;
  skip(): void;
}

type TarEntry = Extract extends AsyncIterable<infer Each> ? Each : never;

/** The entries of a source archive in its own order. A path that leaves the source is the user's fault. */
export async function* readSource(
  source: BuildRequest["source"],
  signal?: AbortSignal,
): AsyncGenerator<SourceEntry> {
  const reader = extract();
  const input = Readable.from(source(), { objectMode: false });
  const fed = pipeline(input, reader, { ...(signal && { signal }) }).catch((error: unknown) => {
    reader.destroy(error instanceof Error ? error : new Error(reasonOf(error), { cause: error }));
  });
  try {
    for await (const entry of reader) yield toEntry(entry);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    input.destroy();
    reader.destroy();
    await fed;
  }
}

function toEntry(entry: TarEntry): SourceEntry {
  const { name, type, mode, size, mtime, linkname } = entry.header;
  const kind = kinds[type] ?? "special";
  return {
    path: inside(name),
    kind,
    executable: (mode & 0o100) !== 0,
    size,
    mtime,
    target: kind === "hardlink" ? inside(linkname) : linkname,
    body: bytesOf(entry),
    skip: () => void entry.resume(),
  };
}

async function* bytesOf(entry: TarEntry): AsyncGenerator<Uint8Array> {
  for await (const chunk of entry) if (chunk instanceof Uint8Array) yield chunk;
}

const kinds: Readonly<Record<string, EntryKind>> = {
  file: "file",
  "contiguous-file": "file",
  directory: "directory",
  symlink: "symlink",
  link: "hardlink",
};

function inside(name: string): string {
  const path = posix.normalize(name).replace(/\/$/, "");
  if (path.startsWith("/") || path === ".." || path.startsWith("../") || path.includes("\0"))
    throw new BuildFailedError(
      `The source has an entry that lies outside of it: ${JSON.stringify(name)}. Pack the source again, with paths relative to its root.`,
    );
  return path === "." ? "" : path;
}
