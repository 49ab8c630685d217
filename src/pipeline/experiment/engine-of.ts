import type { Experiment } from "../../core/experiment.ts";
import type { Manifest } from "../../core/manifest.ts";
import type { Project } from "../../core/project.ts";

/** Which engine: the submission's or trailer's word, then the manifest's, then the project's; aliases resolved. */
export function engineOf(
  project: Project,
  { overrides }: Pick<Experiment, "overrides">,
  manifest: Manifest | undefined,
): string {
  const name = overrides.engine ?? manifest?.spec.engineName ?? project.engine;
  return project.settings.engineAliases[name] ?? name;
}
