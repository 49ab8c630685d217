import type { ExperimentAt } from "../../core/experiment.ts";
import type { Ports } from "../../core/ports.ts";
import type { PlannedInput } from "../../core/run.ts";

/** The outputs of earlier experiments that a run will see; a sentence where one is not there. Waiting has named the experiments. */
export async function plannedInputs(
  { database, workspaces }: Pick<Ports, "database" | "workspaces">,
  { conditions, manifest }: Pick<ExperimentAt<"Submitting">, "conditions" | "manifest">,
): Promise<readonly PlannedInput[] | string> {
  const planned: PlannedInput[] = [];
  for (const [index, { from, path, as }] of (manifest.inputs ?? []).entries()) {
    const id = conditions?.inputs?.[index];
    const source = id === undefined ? undefined : await database.experiments.find(id);
    if (source === undefined)
      return `The input ${as} is not there: there is no experiment ${from}.`;
    const { id: experimentId, projectSlug, number } = source;
    const input = { experimentId, projectSlug, path, as };
    if ((await workspaces.outputOf(input)) === undefined)
      return `The input ${as} is not there: the outputs of ${projectSlug}#${number} have no ${path === "" ? "folder" : path}.`;
    planned.push(input);
  }
  return planned;
}
