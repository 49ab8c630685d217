import { createHash } from "node:crypto";

import type { BuildRequest, ImageKey } from "../../core/builder.ts";
import type { BuildSecrets } from "./build-secrets.ts";
import type { BuildContext, ContextEntry } from "./context.ts";

/** What enters an image besides what the request says. */
export interface ImageInputs {
  /** `linux/amd64`. */
  readonly platform: string;
  /** Image as the Dockerfile names it → its local id; undefined where it is not local. */
  readonly imageIds: ReadonlyMap<string, string | undefined>;
  /** Files of the context, relative to it. */
  readonly files: ReadonlySet<string>;
  readonly secrets: Pick<BuildSecrets, "versions">;
}

/** Everything that can enter the image, by name, and one hash over it. Times and owners are not part of it. */
export function toImageKey(
  request: Pick<BuildRequest, "projectId" | "target" | "buildArgs">,
  { entries, dockerfile }: Pick<BuildContext, "entries" | "dockerfile">,
  { platform, imageIds, files, secrets }: ImageInputs,
): ImageKey {
  const { path, bytes, isAdded } = dockerfile;
  const parts = new Map<string, string>([
    ["project", request.projectId],
    ["platform", platform],
    // Where it is sent with the context, it is one of the files.
    ["dockerfile", isAdded ? `${path} ${sha256(bytes)}` : path],
    ["target", request.target ?? ""],
  ]);
  for (const [name, version] of secrets.versions) parts.set(`secret:${name}`, String(version));
  for (const [name, value] of Object.entries(request.buildArgs)) parts.set(`arg:${name}`, value);
  for (const [image, id] of imageIds) parts.set(`from:${image}`, id ?? "absent");
  for (const entry of entries.values())
    if (files.has(entry.name)) parts.set(`file:${entry.name}`, toPart(entry));

  const sorted = [...parts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { key: sha256(JSON.stringify(sorted)), parts: Object.fromEntries(sorted) };
}

function toPart({ kind, executable, content }: ContextEntry): string {
  switch (kind) {
    case "file":
      return executable ? `${content} executable` : content;
    case "directory":
      return "folder";
    case "symlink":
      return `link to ${content}`;
    case "hardlink":
      return `same as ${content}`;
    case "special":
      return "";
  }
}

const sha256 = (bytes: string | Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");
