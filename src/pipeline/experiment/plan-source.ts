import type { ExperimentAt } from "../../core/experiment.ts";
import type { PlanSource } from "../../core/operator.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";

/** What the replicas' variables tell of the experiment. */
export async function planSource(
  { publicUrl, workspaces }: Pick<Ports, "publicUrl" | "workspaces">,
  { settings, slug, repository }: Project,
  experiment: ExperimentAt<"Submitting">,
): Promise<PlanSource> {
  const { parentId } = experiment;
  return {
    ...experiment,
    // A parent that failed before it ran has no outputs, and then nothing is promised.
    parentId: (await hasOutputs(workspaces, slug, parentId)) ? parentId : undefined,
    projectEnv: settings.env,
    repository: repository ?? `${publicUrl}/git/${slug}.git`,
  };
}

async function hasOutputs(
  workspaces: Ports["workspaces"],
  projectSlug: string,
  experimentId: string | undefined,
): Promise<boolean> {
  if (experimentId === undefined) return false;
  return (await workspaces.outputOf({ experimentId, projectSlug, path: "" })) !== undefined;
}
