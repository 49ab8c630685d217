import { once } from "node:events";
import { posix } from "node:path";

import type { Header, Pack } from "tar-stream";

import type { BuildRequest } from "../../core/builder.ts";
import type { BuildContext, ContextEntry } from "./context.ts";
import { readSource, type SourceEntry } from "./source.ts";

/**
 * Writes the context as the plain tar that is sent, in the source's order, at the pace at which it is taken. Owners and
 * modes are evened out: BuildKit's checksums look at them.
 */
export async function packContext(
  source: BuildRequest["source"],
  { entries, dockerfile }: BuildContext,
  pack: Pack,
  signal: AbortSignal,
): Promise<void> {
  const names = new Set([...entries.values()].map(({ name }) => name));
  for await (const entry of readSource(source, signal)) {
    const sent = entries.get(entry.path);
    if (sent === undefined || sent.kind !== entry.kind) entry.skip();
    else {
      addParents(pack, sent.name, names, entry.mtime);
      await add(pack, sent, entry, signal);
    }
  }
  if (dockerfile.isAdded) pack.entry({ name: dockerfile.name, mode: 0o644 }, dockerfile.bytes);
  pack.finalize();
}

async function add(
  pack: Pack,
  sent: ContextEntry,
  entry: SourceEntry,
  signal: AbortSignal,
): Promise<void> {
  const { promise: isAdded, resolve, reject } = Promise.withResolvers<void>();
  // It is awaited only after the body; a pack that is given up before that rejects it with nobody listening.
  isAdded.catch(() => {});
  const file = pack.entry(toHeader(sent, entry), (error) => (error ? reject(error) : resolve()));
  if (entry.kind === "file") {
    for await (const chunk of entry.body)
      if (!file.write(chunk)) await once(file, "drain", { signal });
    file.end(undefined);
  } else entry.skip();
  await isAdded;
}

function toHeader(
  { name, kind, content, executable }: ContextEntry,
  { mtime, size }: SourceEntry,
): Partial<Header> & { name: string } {
  const common = { name, mtime, uid: 0, gid: 0 };
  switch (kind) {
    case "file":
      return { ...common, type: "file", size, mode: executable ? 0o755 : 0o644 };
    case "directory":
      return { ...common, type: "directory", mode: 0o755 };
    case "symlink":
      return { ...common, type: "symlink", linkname: content, mode: 0o777 };
    case "hardlink":
      return { ...common, type: "link", linkname: content, mode: executable ? 0o755 : 0o644 };
    case "special":
      throw new Error(`${name} is a device or pipe and must not be sent.`);
  }
}

/** Folders that the archive does not name, or that are ignored while a file below them is not. */
function addParents(pack: Pack, name: string, names: Set<string>, mtime: Date): void {
  const missing: string[] = [];
  for (let path = posix.dirname(name); path !== "." && !names.has(path); path = posix.dirname(path))
    missing.unshift(path);
  for (const path of missing) {
    names.add(path);
    pack.entry({ name: path, type: "directory", mode: 0o755, mtime });
  }
}
