import { StringDecoder } from "node:string_decoder";

import type { Trace, Vertex, VertexLog, VertexStatus } from "./trace.ts";

/** The step that ended a build. */
export interface FailedStep {
  readonly name: string;
  readonly error: string;
  /** The end of what it wrote. */
  readonly output: string;
}

interface Step {
  readonly number: number;
  isOver: boolean;
  /** The end of its output, for the hints of a failure. */
  output: string;
  /** Output without its line's end yet, per stream. */
  readonly pending: Map<number, { readonly decoder: StringDecoder; text: string }>;
  /** When each part was last shown, in seconds. */
  readonly shown: Map<string, number>;
}

const keptOutput = 4_000;
const longestLine = 16_384;
const secondsBetweenStatuses = 5;

/** Turns the trace of a build into a log for people: `#5 [2/3] RUN make`, its output, `#5 DONE 1.2s`. */
export class BuildProgress {
  readonly #steps = new Map<string, Step>();
  #failed: FailedStep | undefined;

  /** The step that failed first; those that were cancelled because of it do not count. */
  get failed(): FailedStep | undefined {
    return this.#failed;
  }

  /** The lines that this piece of the trace adds to the log. */
  read(trace: Trace): string {
    const lines: string[] = [];
    for (const vertex of trace.vertices) if (vertex.started) this.#begin(vertex, lines);
    for (const status of trace.statuses) this.#report(status, lines);
    for (const log of trace.logs) this.#write(log, lines);
    for (const { vertex, text } of trace.warnings) {
      const step = this.#steps.get(vertex);
      if (step !== undefined) lines.push(`#${step.number} WARNING: ${text}\n`);
    }
    for (const vertex of trace.vertices) if (vertex.completed) this.#end(vertex, lines);
    return lines.join("");
  }

  #begin({ digest, name }: Vertex, lines: string[]): void {
    if (this.#steps.has(digest)) return;
    const number = this.#steps.size + 1;
    this.#steps.set(digest, {
      number,
      isOver: false,
      output: "",
      pending: new Map(),
      shown: new Map(),
    });
    lines.push(`#${number} ${oneLine(name)}\n`);
  }

  #report(status: VertexStatus, lines: string[]): void {
    const step = this.#steps.get(status.vertex);
    if (step === undefined) return;
    const { id, at, started, completed, current, total } = status;
    const last = step.shown.get(id) ?? started ?? at ?? 0;
    if (last === Infinity) return;
    const isDue = at !== undefined && at - last >= secondsBetweenStatuses;
    if (completed === undefined && !isDue) return;
    step.shown.set(id, completed === undefined ? (at ?? last) : Infinity);
    const size =
      total > 0 ? ` ${bytes(current)} / ${bytes(total)}` : current > 0 ? ` ${bytes(current)}` : "";
    const end = completed === undefined ? "" : ` ${seconds(started, completed)} done`;
    lines.push(`#${step.number} ${oneLine(id)}${size}${end}\n`);
  }

  #write({ vertex, stream, bytes }: VertexLog, lines: string[]): void {
    const step = this.#steps.get(vertex);
    if (step === undefined) return;
    const pending = step.pending.get(stream) ?? { decoder: new StringDecoder("utf8"), text: "" };
    step.pending.set(stream, pending);
    const text = pending.text + pending.decoder.write(Buffer.from(bytes));
    // A carriage return ends a line too, so that progress bars move; one at the very end may be half of "\r\n".
    const parts = text.split(/(?<=\n|\r(?!\n|$))/);
    const rest = parts.at(-1) ?? "";
    const isOpen = !rest.endsWith("\n") && rest.length < longestLine;
    pending.text = isOpen ? (parts.pop() ?? "") : "";
    for (const part of parts) this.#line(step, part, lines);
  }

  #line(step: Step, text: string, lines: string[]): void {
    step.output = (step.output + text).slice(-keptOutput);
    const line = text.replace(/\r?\n$/, "\n");
    lines.push(`#${step.number} ${line}${/[\n\r]$/.test(line) ? "" : "\n"}`);
  }

  #end({ digest, name, cached, started, completed, error }: Vertex, lines: string[]): void {
    const step = this.#steps.get(digest);
    if (step === undefined || step.isOver) return;
    step.isOver = true;
    for (const { decoder, text } of step.pending.values()) {
      const rest = text + decoder.end();
      if (rest !== "") this.#line(step, rest, lines);
    }
    step.pending.clear();
    const wasCancelled = error.includes("context canceled");
    if (error !== "" && !wasCancelled) this.#failed ??= { name, error, output: step.output };
    lines.push(`#${step.number} ${ending()}\n`);

    function ending(): string {
      if (wasCancelled) return "CANCELED";
      if (error !== "") return `ERROR: ${error}`;
      return cached ? "CACHED" : `DONE ${seconds(started, completed)}`;
    }
  }
}

const oneLine = (text: string): string => text.trim().replaceAll(/\s+/g, " ");

function seconds(from: number | undefined, to: number | undefined): string {
  return `${Math.max(0, (to ?? 0) - (from ?? to ?? 0)).toFixed(1)}s`;
}

function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  if (count < 1_000_000) return `${(count / 1_000).toFixed(1)} kB`;
  return `${(count / 1_000_000).toFixed(1)} MB`;
}
