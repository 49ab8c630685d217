import { posix } from "node:path";

import type { BuildRequest } from "../../core/builder.ts";
import { findIgnored } from "./ignore.ts";
import { contextFolder, dockerfileCandidates, noContext, noDockerfile } from "./places.ts";
import type { EntryKind } from "./source.ts";
import { type Survey, surveySource } from "./survey.ts";

export interface ContextEntry {
  /** Relative to the context. */
  readonly name: string;
  readonly kind: EntryKind;
  readonly executable: boolean;
  /** SHA-256 of a file; the target of a link, that of a hard link relative to the context. */
  readonly content: string;
}

/** What of a source is sent to the Engine. */
export interface BuildContext {
  /** Of the context in the source; "" is its root. */
  readonly folder: string;
  readonly dockerfile: {
    readonly path: string;
    readonly bytes: Buffer;
    /** In the tar that is sent. */
    readonly name: string;
    /** It lies outside of the context, and is sent besides it. */
    readonly isAdded: boolean;
  };
  /** What is sent, by its path in the source. */
  readonly entries: ReadonlyMap<string, ContextEntry>;
  /** The ignore file that was applied. */
  readonly ignoreFile: string | undefined;
  /** Everything that the source has, sent or not. */
  readonly sourcePaths: ReadonlySet<string>;
  /** What was left out though nobody asked for it, in sentences. */
  readonly notes: readonly string[];
}

/** Docker finds the Dockerfile in the context only; one from elsewhere gets this name there, and `COPY .` takes it along. */
const addedName = ".assay.Dockerfile";

/** Chooses the Dockerfile and what is sent with it, in one pass over the source. */
export async function readContext(
  request: Pick<BuildRequest, "source" | "context" | "dockerfile">,
  signal?: AbortSignal,
): Promise<BuildContext> {
  const folder = contextFolder(request.context);
  const candidates = dockerfileCandidates(folder, request.dockerfile);
  const general = posix.join(folder, ".dockerignore");
  const ignoreFiles = candidates.map((path) => `${path}.dockerignore`);
  const wanted = new Set([...candidates, ...ignoreFiles, general]);
  const survey = await surveySource(request.source, wanted, signal);

  if (!hasFolder(survey, folder)) throw noContext(request.context, survey.entries);
  const path = candidates.find((each) => survey.texts.has(each));
  const bytes = path === undefined ? undefined : survey.texts.get(path);
  if (path === undefined || bytes === undefined) throw noDockerfile(request, survey.entries);
  const ignoreFile = [`${path}.dockerignore`, general].find((each) => survey.texts.has(each));

  const name = nameBelow(folder, path);
  const notes: string[] = [];
  return {
    folder,
    dockerfile: { path, bytes, name: name ?? addedName, isAdded: name === undefined },
    entries: await select(survey, { folder, dockerfile: path, ignoreFile }, notes),
    ignoreFile,
    sourcePaths: new Set(survey.entries.keys()),
    notes,
  };
}

function hasFolder({ entries }: Survey, folder: string): boolean {
  if (folder === "" || entries.get(folder)?.kind === "directory") return true;
  return entries.keys().some((path) => path.startsWith(`${folder}/`));
}

async function select(
  { entries, texts }: Survey,
  chosen: {
    readonly folder: string;
    readonly dockerfile: string;
    readonly ignoreFile: string | undefined;
  },
  notes: string[],
): Promise<ReadonlyMap<string, ContextEntry>> {
  const { folder, dockerfile, ignoreFile } = chosen;
  const below = new Map<string, ContextEntry>();
  for (const [path, entry] of entries) {
    const name = nameBelow(folder, path);
    if (name === undefined || name === "") continue;
    if (entry.kind === "special") notes.push(`Left out ${path}: devices and pipes are not sent.`);
    else below.set(path, { ...entry, name });
  }

  const ignoreText = ignoreFile === undefined ? undefined : texts.get(ignoreFile);
  if (ignoreFile !== undefined && ignoreText !== undefined) {
    const rules = { path: ignoreFile, text: ignoreText.toString("utf8") };
    const ignored = await findIgnored(
      rules,
      [...below.values()].map(({ name }) => name),
    );
    const isNeeded = (path: string): boolean =>
      path === dockerfile || path === ignoreFile || path === posix.join(folder, ".dockerignore");
    for (const [path, { name }] of below)
      if (ignored.has(name) && !isNeeded(path)) below.delete(path);
  }

  for (const [path, entry] of below) {
    if (entry.kind !== "hardlink") continue;
    const target = below.get(entry.content);
    // The mode is the file's: unpacking a hard link sets it on what it links to.
    if (target?.kind === "file")
      below.set(path, { ...entry, executable: target.executable, content: target.name });
    else {
      below.delete(path);
      notes.push(`Left out ${path}: it is a hard link to ${entry.content}, which is not sent.`);
    }
  }
  return below;
}

/** The path relative to the folder; undefined where it is not below it. */
function nameBelow(folder: string, path: string): string | undefined {
  if (folder === "" || path === folder) return folder === "" ? path : "";
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}
