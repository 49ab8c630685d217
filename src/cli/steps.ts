import type { StepAnswer } from "../contract/experiment.ts";
import { oneLine } from "./table.ts";
import { lastingFrom } from "./units.ts";

export const SIGNS: Record<StepAnswer["status"], string> = {
  Initialize: "○",
  Running: "◐",
  Succeeded: "●",
  Failed: "✕",
  Cancelled: "⊘",
};
export const COLOURS: Record<StepAnswer["status"], number> = {
  Initialize: 90,
  Running: 36,
  Succeeded: 32,
  Failed: 31,
  Cancelled: 33,
};

/** A step as a line; its status is told by a word as well, so that the sign need not be known. */
export function stepLine({
  name,
  status,
  startedAt,
  finishedAt,
  note,
  exception,
}: StepAnswer): string {
  const remark = exception?.message ?? note ?? "";
  const word = status === "Initialize" ? "" : status;
  const took = lastingFrom(startedAt, finishedAt).padStart(9);
  return `${SIGNS[status]} ${name.padEnd(10)} ${word.padEnd(9)} ${took}  ${oneLine(remark)}`.trimEnd();
}

/** The same with its sign in the colour of its status. */
export function colouredStepLine(step: StepAnswer, line: string): string {
  return `\x1b[${COLOURS[step.status]}m${line.slice(0, 1)}\x1b[0m${line.slice(1)}`;
}
