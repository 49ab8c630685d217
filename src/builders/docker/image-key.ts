import { createHash } from "node:crypto";

import type { BuildRequest, ImageKey } from "../../core/builder.ts";
import type { BuildContext, ContextEntry } from "./context.ts";

/** What the Engine adds to an image besides what the request says. */
export interface EngineFacts {
  /** `linux/amd64`. */
  readonly platform: string;
  /** Image as the Dockerfile names it → its local id; undefined where it is not local. */
  readonly imageIds: ReadonlyMap<string, string | undefined>;
}

/** Everything that enters the image, by name, and one hash over it. Times, owners and ignored files are not part of it. */
export function toImageKey(
  request: Pick<BuildRequest, "projectId" | "target" | "buildArgs" | "secrets" | "secretsVersion">,
  { entries, dockerfile }: Pick<BuildContext, "entries" | "dockerfile">,
  { platform, imageIds }: EngineFacts,
): ImageKey {
  const { path, bytes, isAdded } = dockerfile;
  const parts = new Map<string, string>([
    ["project", request.projectId],
    ["platform", platform],
    // Where it is sent with the context, it is one of the files.
    ["dockerfile", isAdded ? `${path} ${sha256(bytes)}` : path],
    ["target", request.target ?? ""],
    ["secrets", [request.secretsVersion, ...Object.keys(request.secrets).toSorted()].join(" ")],
  ]);
  for (const [name, value] of Object.entries(request.buildArgs)) parts.set(`arg:${name}`, value);
  for (const [image, id] of imageIds) parts.set(`from:${image}`, id ?? "absent");
  for (const entry of entries.values()) parts.set(`file:${entry.name}`, toPart(entry));

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
