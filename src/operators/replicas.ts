import type { Manifest, ReplicaType } from "../core/manifest.ts";
import type { PlanSource } from "../core/operator.ts";
import type { PlannedReplica } from "../core/run.ts";
import { environment } from "./variables.ts";

/** How an operator wires the replicas of a run. Pure. */
export type Plan = (manifest: Manifest, source: PlanSource) => readonly PlannedReplica[];

/** Where a replica stands among all of its run. */
export interface Place {
  /** `worker-0`: its name for its peers. */
  readonly name: string;
  readonly type: ReplicaType;
  /** Within its group, from 0. */
  readonly index: number;
  /** Over all groups in the manifest's order, from 0. */
  readonly rank: number;
}

/** What one replica has beside what all have. */
export type Own = Pick<PlannedReplica, "env"> &
  Partial<Pick<PlannedReplica, "command" | "serves" | "dashboard">>;

/** Every replica of the run, group by group. */
export function placesOf({ spec }: Manifest): readonly Place[] {
  const members = spec.types.flatMap((type) =>
    Array.from({ length: type.count * type.completions }, (_, index) => ({ type, index })),
  );
  return members.map(({ type, index }, rank) => ({
    name: `${type.name}-${index}`,
    type,
    index,
    rank,
  }));
}

/** The plan of each replica; `own` says what is its alone. */
export function planEach(
  manifest: Manifest,
  source: PlanSource,
  own: (place: Place, all: readonly Place[]) => Own,
): readonly PlannedReplica[] {
  const all = placesOf(manifest);
  return all.map((place) => {
    const { env, ...rest } = own(place, all);
    const { resources, name: type } = place.type;
    return {
      name: place.name,
      type,
      index: place.index,
      env: environment(manifest, source, resources.cpus, env),
      resources,
      ...rest,
    };
  });
}
