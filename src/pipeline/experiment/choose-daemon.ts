import type { MetDaemon } from "../../core/daemon.ts";
import type { ExperimentAt } from "../../core/experiment.ts";
import type { Manifest, ReplicaResources } from "../../core/manifest.ts";
import type { Ports } from "../../core/ports.ts";
import { neverFits } from "../../core/shortage.ts";

/**
 * Another daemon that the experiment is to be built and run on; undefined: this one. It stays with the server that looks
 * at it, unless it is too large for the machine here and not for another's, or its parent's image is with another.
 */
export async function chooseDaemon(
  { database, reach }: Pick<Ports, "database" | "reach">,
  experiment: ExperimentAt<"Building">,
  here: string,
): Promise<MetDaemon | undefined> {
  if (reach.daemons === undefined) return undefined;
  const { engine: name, manifest, parentId, overrides, sequence } = experiment;
  const all = await database.daemons.reached(name);
  // Of a daemon that was met just now, nothing is known yet.
  if (all.length < 2 || !all.some(({ id }) => id === here)) return undefined;
  const replicas = replicasOf(manifest);
  const fitting = all.filter(
    ({ machines }) => neverFits(replicas, { name, machines }) === undefined,
  );
  const parent =
    parentId === undefined || overrides.freshBuild === true
      ? undefined
      : await database.experiments.find(parentId);
  const parents = fitting.find(({ id }) => id === parent?.image?.daemon);
  const own = fitting.find(({ id }) => id === here);
  const chosen = parents ?? own ?? fitting[sequence % fitting.length];
  return chosen?.id === here ? undefined : chosen;
}

function replicasOf({
  spec,
}: Manifest): readonly { readonly name: string; readonly resources: ReplicaResources }[] {
  return spec.types.flatMap(({ name, count, completions, resources }) =>
    Array.from({ length: count * completions }, (_, index) => ({
      name: `${name}-${index}`,
      resources,
    })),
  );
}
