import type { ExperimentItem, StepAnswer } from "../contract/experiment.ts";
import { hasColours, type Output, print, type Shell } from "./shell.ts";
import { colouredStepLine, stepLine } from "./steps.ts";

/** The steps of an experiment: on a terminal redrawn below what is printed, elsewhere a line for each change. */
export class Checklist {
  readonly #out: Output;
  readonly #colours: boolean;
  readonly #tick: NodeJS.Timeout | undefined;
  #steps: readonly StepAnswer[] = [];
  #drawn = 0;

  constructor(shell: Pick<Shell, "env" | "out">) {
    this.#out = shell.out;
    this.#colours = hasColours(shell);
    // So that durations grow while nothing else happens.
    if (shell.out.isTTY === true) this.#tick = setInterval(() => this.print(), 250);
  }

  update({ steps }: Pick<ExperimentItem, "steps">): void {
    const before = this.#steps;
    this.#steps = steps;
    if (this.#out.isTTY === true) return this.print();
    for (const [index, step] of steps.entries())
      if (isNews(step, before[index])) print({ out: this.#out }, stepLine(step));
  }

  /** Prints lines above the steps. */
  print(...lines: readonly string[]): void {
    if (this.#out.isTTY !== true) return print({ out: this.#out }, ...lines);
    const drawing = this.#steps.map((step) => this.#fitting(step));
    // Up to where the drawing began, and away with it. One write, so that nothing flickers.
    const erase = this.#drawn === 0 ? "" : `\x1b[${this.#drawn}A\r\x1b[J`;
    this.#out.write([erase, ...[...lines, ...drawing].map((line) => `${line}\n`)].join(""));
    this.#drawn = drawing.length;
  }

  /** The steps stay where they are, and what is printed later comes below them. */
  end(): void {
    clearInterval(this.#tick);
    if (this.#out.isTTY === true) this.print();
    this.#steps = [];
    this.#drawn = 0;
  }

  /** Never longer than the terminal is wide: a wrapped line would be counted as one. */
  #fitting(step: StepAnswer): string {
    const line = stepLine(step).slice(0, Math.max(10, (this.#out.columns ?? 80) - 1));
    return this.#colours ? colouredStepLine(step, line) : line;
  }
}

function isNews(step: StepAnswer, before: StepAnswer | undefined): boolean {
  if (step.status === "Initialize") return false;
  return step.status !== before?.status || (step.note !== null && step.note !== before.note);
}
