import type { BuildContext } from "./context.ts";
import type { Dockerfile, Instruction } from "./dockerfile.ts";
import { findInstruction } from "./find-instruction.ts";
import type { FailedStep } from "./progress.ts";

/** What was going on when a build failed. */
export interface FailureScene {
  readonly context: Pick<
    BuildContext,
    "folder" | "dockerfile" | "entries" | "ignoreFile" | "sourcePaths"
  >;
  readonly dockerfile: Dockerfile;
  readonly target: string | undefined;
  /** The step that BuildKit stopped at, where it got so far. */
  readonly step: FailedStep | undefined;
}

/** `Dockerfile:7: RUN pip install numpy`; without a known line, what there is. */
export function placeOfStep(scene: FailureScene): string {
  const { context, dockerfile, step } = scene;
  if (step === undefined) return context.dockerfile.path;
  const instruction = findInstruction(dockerfile, step.name);
  if (instruction !== undefined) return placeOf(scene, instruction);
  return `${context.dockerfile.path}: ${short(step.name)}`;
}

export function placeOf({ context }: FailureScene, { line, text }: Instruction): string {
  return `${context.dockerfile.path}:${line}: ${short(text)}`;
}

function short(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
