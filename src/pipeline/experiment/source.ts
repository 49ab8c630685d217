import type { Experiment } from "../../core/experiment.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import { manifestCandidates } from "../../core/selectors.ts";

/** 256 KiB: more is refused before it is read. */
export const MANIFEST_LIMIT_BYTES = 256 * 1024;

export type ManifestFile =
  | { readonly kind: "found"; readonly path: string; readonly text: string }
  | { readonly kind: "missing"; readonly message: string }
  | { readonly kind: "refused"; readonly message: string };

/** Brings the experiment's commit into the project's repository here, if it is not in it yet. */
export async function haveCommit(
  { repository }: Pick<Ports, "repository">,
  project: Project,
  commit: string,
  signal?: AbortSignal,
): Promise<boolean> {
  if ((await repository.commit(project, commit)) !== undefined) return true;
  await repository.fetch(project, signal);
  return (await repository.commit(project, commit)) !== undefined;
}

/** The manifest that the experiment asks for, by the rule of its selector: the first candidate that is there. */
export async function readManifest(
  { repository }: Pick<Ports, "repository">,
  project: Project,
  { manifestSelector }: Pick<Experiment, "manifestSelector">,
  commit: string,
): Promise<ManifestFile> {
  const candidates = manifestCandidates(manifestSelector);
  for (const path of candidates) {
    const read = await repository.readFile(project, commit, path, MANIFEST_LIMIT_BYTES);
    if (read.kind === "file")
      return { kind: "found", path, text: new TextDecoder().decode(read.bytes) };
    if (read.kind === "refused") return { kind: "refused", message: read.reason };
  }
  return {
    kind: "missing",
    message: `There is no ${candidates.join(" or ")} at commit ${commit.slice(0, 7)}. Add one, or name another: exp[path.yaml]: …`,
  };
}
