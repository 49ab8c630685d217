import { stripVTControlCharacters } from "node:util";

import { COLOURS, SIGNS } from "../../src/cli/steps.ts";
import type { ExperimentItem, StepAnswer } from "../../src/contract/experiment.ts";

/** The steps of an experiment: on a terminal redrawn below what is printed, elsewhere a line for each change. */
export class Checklist {
  readonly #out: NodeJS.WriteStream;
  readonly #tick: NodeJS.Timeout | undefined;
  #steps: readonly StepAnswer[] = [];
  #drawn = 0;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
    // So that durations grow while nothing else happens.
    if (out.isTTY) this.#tick = setInterval(() => this.print(), 250);
  }

  update({ steps }: Pick<ExperimentItem, "steps">): void {
    const before = this.#steps;
    this.#steps = steps;
    if (this.#out.isTTY) return this.print();
    for (const [index, step] of steps.entries())
      if (step.status !== "Initialize" && isNews(step, before[index]))
        this.#out.write(`${stepLine(step)}\n`);
  }

  /** Prints lines above the steps. */
  print(...lines: readonly string[]): void {
    if (!this.#out.isTTY) {
      for (const line of lines) this.#out.write(`${line}\n`);
      return;
    }
    const drawing = this.#steps.map((step) => this.#coloured(step));
    // Up to where the drawing began, and away with it. One write, so that nothing flickers.
    const erase = this.#drawn === 0 ? "" : `\x1b[${this.#drawn}A\r\x1b[J`;
    this.#out.write([erase, ...[...lines, ...drawing].map((line) => `${line}\n`)].join(""));
    this.#drawn = drawing.length;
  }

  /** The steps stay where they are, and what is printed later comes below them. */
  end(): void {
    clearInterval(this.#tick);
    this.print();
    this.#steps = [];
    this.#drawn = 0;
  }

  /** Never longer than the terminal is wide: a wrapped line would be counted as one. */
  #coloured(step: StepAnswer): string {
    const line = stepLine(step).slice(0, Math.max(10, this.#out.columns - 1));
    return `\x1b[${COLOURS[step.status]}m${line.slice(0, 1)}\x1b[0m${line.slice(1)}`;
  }
}

function isNews(step: StepAnswer, before: StepAnswer | undefined): boolean {
  return step.status !== before?.status || (step.note !== null && step.note !== before.note);
}

function stepLine({ name, status, startedAt, finishedAt, note, exception }: StepAnswer): string {
  const remark = exception?.message ?? note ?? "";
  const text = `${SIGNS[status]} ${name.padEnd(10)} ${duration(startedAt, finishedAt).padStart(7)}  ${remark}`;
  return stripVTControlCharacters(text)
    .replaceAll(/\s*\n\s*/g, " ")
    .trimEnd();
}

function duration(startedAt: string | null, finishedAt: string | null): string {
  if (startedAt === null) return "";
  const until = finishedAt === null ? Date.now() : Date.parse(finishedAt);
  const seconds = Math.max(0, until - Date.parse(startedAt)) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)}m${String(Math.floor(seconds % 60)).padStart(2, "0")} s`;
}
