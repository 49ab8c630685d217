import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { promisify } from "node:util";

import Dockerode from "dockerode";
import { type Header, pack } from "tar-stream";

import type { BuildRequest } from "../../../src/core/builder.ts";

export const docker = new Dockerode();
export const base = "assay/busybox:local";

export interface ArchiveEntry extends Partial<Header> {
  readonly name: string;
  readonly text?: string;
}

/** A source as a plain tar: file name → text, or entries as they are. */
export function archiveOf(
  files: Readonly<Record<string, string>> | readonly ArchiveEntry[],
  mtime = new Date("2026-01-02T03:04:05Z"),
): BuildRequest["source"] {
  const entries = isEntries(files)
    ? files
    : Object.entries(files).map(([name, text]) => ({ name, text }));
  return async function* () {
    const tar = pack();
    for (const { text, ...header } of entries) {
      if (text === undefined) tar.entry({ mtime, ...header });
      else tar.entry({ mtime, ...header }, text);
    }
    tar.finalize();
    for await (const chunk of tar) if (chunk instanceof Uint8Array) yield chunk;
  };
}

const isEntries = (files: object): files is readonly ArchiveEntry[] => Array.isArray(files);

/** A request of a project of its own, so that nothing of an earlier test run is cached. */
export function requestOf(
  files: Parameters<typeof archiveOf>[0],
  overrides: Partial<BuildRequest> = {},
): BuildRequest {
  return {
    projectId: randomUUID(),
    experimentId: randomUUID(),
    source: archiveOf(files),
    context: ".",
    dockerfile: "Dockerfile",
    target: undefined,
    buildArgs: {},
    platform: undefined,
    secrets: {},
    secretVersions: {},
    logins: [],
    fresh: false,
    ...overrides,
  };
}

/** A log that is kept, and can be waited for. */
export function keepLog(): {
  readonly log: (bytes: Uint8Array) => Promise<void>;
  readonly text: () => string;
  readonly says: (words: string) => Promise<void>;
} {
  let text = "";
  const waiting = new Set<{ readonly words: string; readonly resolve: () => void }>();
  return {
    async log(bytes) {
      text += Buffer.from(bytes).toString("utf8");
      for (const each of waiting) if (text.includes(each.words)) each.resolve();
    },
    text: () => text,
    async says(words) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.add({ words, resolve });
      if (text.includes(words)) resolve();
      return promise;
    },
  };
}

export async function ensureBaseImage(): Promise<void> {
  const images = await docker.listImages({ filters: { reference: [base] } });
  if (images.length === 0) await promisify(execFile)("sh", ["scripts/base-images"]);
}

/** Looks until it is so; the test's own time limit bounds it. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50));
}
