import type { Dockerfile, Instruction, Stage } from "./dockerfile.ts";

/** Instructions that BuildKit makes steps of, and counts. */
const counted = new Set(["RUN", "COPY", "ADD", "WORKDIR"]);

/**
 * The instruction that a step such as `[build 2/3] RUN make` stands for. Its text cannot be searched for, since BuildKit
 * replaces variables in it; so it is counted, from the end, because the start may be an image, a stage or nothing.
 */
export function findInstruction(dockerfile: Dockerfile, stepName: string): Instruction | undefined {
  const [, label = "", index, total, keyword = ""] =
    /^\[([^\]]*?)\s*(\d+)\/(\d+)\] (\S+)/.exec(stepName) ?? [];
  if (index === undefined || total === undefined) return undefined;
  const stage = findStage(dockerfile, label);
  if (stage === undefined) return undefined;
  if (keyword.toUpperCase() === "FROM") return stage.from;
  const steps = stage.instructions.filter((each) => counted.has(each.keyword));
  const instruction = steps.at(-1 - (Number(total) - Number(index)));
  return instruction?.keyword === keyword.toUpperCase() ? instruction : undefined;
}

/** A label is the stage's name or `stage-1`, after a platform where several are built. */
function findStage({ stages }: Dockerfile, label: string): Stage | undefined {
  const name = label.split(/\s+/).at(-1) ?? "";
  if (name === "") return stages.at(-1);
  const [, index] = /^stage-(\d+)$/.exec(name) ?? [];
  return (
    stages.find((stage) => stage.name?.toLowerCase() === name.toLowerCase()) ??
    (index === undefined ? undefined : stages[Number(index)])
  );
}
