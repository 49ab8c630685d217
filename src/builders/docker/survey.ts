import { createHash } from "node:crypto";

import type { BuildRequest } from "../../core/builder.ts";
import { BuildFailedError } from "../../core/errors.ts";
import { type EntryKind, readSource, type SourceEntry } from "./source.ts";

export interface SurveyedEntry {
  readonly kind: EntryKind;
  readonly executable: boolean;
  /** SHA-256 of a file; the target of a link. */
  readonly content: string;
}

/** What a source has, learned in one pass. */
export interface Survey {
  readonly entries: ReadonlyMap<string, SurveyedEntry>;
  /** The bytes of the files that were asked for, where they are there. */
  readonly texts: ReadonlyMap<string, Buffer>;
}

const longestTextBytes = 1024 * 1024;

/** Hashes the whole source, and keeps the few files whose text decides about the rest. */
export async function surveySource(
  source: BuildRequest["source"],
  wantedTexts: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<Survey> {
  const entries = new Map<string, SurveyedEntry>();
  const texts = new Map<string, Buffer>();
  for await (const entry of readSource(source, signal)) {
    const { path, kind, executable, target } = entry;
    const isWanted = wantedTexts.has(path);
    if (isWanted) refuseUnlessText(entry);
    const { hash, bytes } = await readBody(entry, isWanted);
    entries.set(path, { kind, executable, content: kind === "file" ? hash : target });
    if (bytes !== undefined) texts.set(path, bytes);
  }
  return { entries, texts };
}

async function readBody(
  { body }: SourceEntry,
  keep: boolean,
): Promise<{ readonly hash: string; readonly bytes: Buffer | undefined }> {
  const hash = createHash("sha256");
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) {
    hash.update(chunk);
    if (keep) chunks.push(chunk);
  }
  return { hash: hash.digest("hex"), bytes: keep ? Buffer.concat(chunks) : undefined };
}

/** A link could name any file, and its text would show in errors and logs; so it is never followed. */
function refuseUnlessText({ path, kind, size, target }: SourceEntry): void {
  if (kind === "symlink" || kind === "hardlink")
    throw new BuildFailedError(`${path} is a link, and links are not followed here.`, {
      hint: `Put the file itself there, or name it in the manifest: ${target}`,
    });
  if (kind !== "file")
    throw new BuildFailedError(
      `${path} is a ${kind === "directory" ? "folder" : "device or pipe"}, not a file.`,
    );
  if (size > longestTextBytes)
    throw new BuildFailedError(`${path} is larger than 1 MiB, which nobody can have written.`);
}
