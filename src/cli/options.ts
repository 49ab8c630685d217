import { type Command, InvalidArgumentError, Option } from "commander";

import { Duration } from "../contract/duration.ts";
import { readParameter } from "../contract/parameter.ts";

/** Options that several commands have: the same name and the same words wherever they stand. */
export const jsonOption = (): Option =>
  new Option("--json", "print JSON, as the API answers it, for scripts");

export const projectOption = (): Option =>
  new Option("-p, --project <project>", "the project's slug; else the context's");

export const followOption = (): Option =>
  new Option(
    "-f, --follow",
    "show the steps and the log up to the end, and exit as the experiment ended",
  );

export interface ReadOptions {
  readonly json?: true;
}

/** `value` of an option that may be repeated. */
export const repeated = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** `lr=0.1` of an option that may be repeated. */
export function parameter(
  written: string,
  before: Readonly<Record<string, ReturnType<typeof readParameter>>> = {},
): Readonly<Record<string, ReturnType<typeof readParameter>>> {
  const { name, value } = assignment(written);
  return { ...before, [name]: readParameter(value) };
}

/** `NAME=value` of an option that may be repeated: text, whatever it looks like. */
export function variable(
  written: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const { name, value } = assignment(written);
  return { ...before, [name]: value };
}

export function count(written: string): number {
  if (/^\d{1,9}$/.test(written)) return Number(written);
  throw new InvalidArgumentError("It must be a whole number.");
}

export function duration(written: string): string {
  const { error } = Duration.safeParse(written);
  if (error === undefined) return written;
  throw new InvalidArgumentError(`It ${error.issues[0]?.message ?? "must be a time"}.`);
}

function assignment(written: string): { readonly name: string; readonly value: string } {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(written) ?? [];
  if (name !== undefined && value !== undefined) return { name: name.trim(), value };
  throw new InvalidArgumentError("Write it as name=value.");
}

/** Lines to type, shown below a command's help and in docs/cli.md. */
export function withExamples(command: Command, ...lines: readonly string[]): Command {
  EXAMPLES.set(command, lines);
  const shown = lines.map((line) => `  ${line}`).join("\n");
  return command.addHelpText("after", `\nExamples:\n${shown}`);
}

export const examplesOf = (command: Command): readonly string[] => EXAMPLES.get(command) ?? [];

const EXAMPLES = new WeakMap<Command, readonly string[]>();
