import type { Dockerfile, Stage } from "./dockerfile.ts";
import { readFlags, readMount } from "./flags.ts";

/** The stages that a build of this target makes, and so the only ones that count; undefined: it cannot be told. */
export function reachableStages(
  { stages }: Pick<Dockerfile, "stages">,
  target: string | undefined,
): readonly Stage[] | undefined {
  const names = stages.flatMap(({ name }) => name?.toLowerCase() ?? []);
  if (new Set(names).size < names.length) return undefined;
  const last = target === undefined ? stages.at(-1) : stageNamed(stages, target);
  if (last === undefined) return undefined;
  const reached = new Set([last]);
  for (const stage of reached) {
    const references = referencesOf(stage);
    if (references === undefined) return undefined;
    for (const reference of references) {
      const found = stageNamed(stages, reference);
      if (found !== undefined) reached.add(found);
    }
  }
  return stages.filter((stage) => reached.has(stage));
}

/** By its name, or by its place from 0. */
export function stageNamed(stages: readonly Stage[], reference: string): Stage | undefined {
  const lower = reference.toLowerCase();
  return (
    stages.find(({ name }) => name?.toLowerCase() === lower) ??
    (/^\d+$/.test(reference) ? stages[Number(reference)] : undefined)
  );
}

/** The stages and images that a stage begins from, copies from and mounts. */
export function referencesOf({ base, instructions }: Stage): readonly string[] | undefined {
  if (base.includes("$")) return undefined;
  const references = [base];
  for (const instruction of instructions) {
    const read = readFlags(instruction);
    if (read === undefined) return undefined;
    for (const { name, value } of read.flags) {
      if (name === "from") references.push(value);
      if (name !== "mount") continue;
      const from = readMount(value).get("from");
      if (from !== undefined) references.push(from);
    }
  }
  return references;
}
