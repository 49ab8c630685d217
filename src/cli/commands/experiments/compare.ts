import { Command } from "commander";

import type { ExperimentAnswer } from "../../../contract/experiment.ts";
import { connect } from "../../connect.ts";
import { usage } from "../../exit.ts";
import { findExperiment, ID_HELP } from "../../experiments.ts";
import { jsonOption, type ReadOptions, withExamples } from "../../options.ts";
import { called } from "../../outcome.ts";
import { print, printJson, remark, type Shell } from "../../shell.ts";
import { cut, table } from "../../table.ts";
import { lastingFrom } from "../../units.ts";

interface Options extends ReadOptions {
  readonly all?: true;
}

/** What one row says of each experiment. */
interface Difference {
  readonly name: string;
  readonly values: readonly unknown[];
}

export function compare(shell: Shell): Command {
  const command = new Command("compare")
    .description(
      "Show side by side what differs between experiments: parameters, fields, image, time and more.",
    )
    .argument("<id...>", `two or more: ${ID_HELP}`)
    .option("--all", "what they have in common as well")
    .addOption(jsonOption())
    .action((ids: readonly string[], options: Options) => compared(shell, ids, options));
  return withExamples(command, "assay experiments compare digits#12 digits#13");
}

async function compared(
  shell: Shell,
  ids: readonly string[],
  { all, json }: Options,
): Promise<void> {
  if (ids.length < 2) throw usage("Name two experiments or more to compare.");
  const connection = await connect(shell);
  const experiments = await Promise.all(ids.map((id) => findExperiment(connection, id)));
  const rows = rowsOf(experiments).filter(({ values }) => all === true || differs(values));
  const names = experiments.map(called);
  if (json) return printJson(shell, { experiments: experiments.map(({ id }) => id), rows });
  const cells = rows.map(({ name, values }) => [name, ...values.map(cell)]);
  print(shell, ...table(["", ...names], cells));
  if (rows.length === 0) remark(shell, "Nothing differs. --all shows what they have in common.");
}

function rowsOf(experiments: readonly ExperimentAnswer[]): readonly Difference[] {
  const each = experiments.map((experiment) => new Map(entriesOf(experiment)));
  const names = new Set(each.flatMap((values) => [...values.keys()]));
  return [...names].map((name) => ({
    name,
    values: each.map((values) => values.get(name) ?? null),
  }));
}

function* entriesOf(experiment: ExperimentAnswer): Generator<readonly [string, unknown]> {
  const { source, image, resources, startedAt, finishedAt, manifest } = experiment;
  yield ["status", experiment.status];
  yield ["lasted", lastingFrom(startedAt, finishedAt)];
  yield* flattened("params", experiment.params);
  yield* flattened("fields", experiment.fields);
  yield ["commit", source.commit];
  yield ["branch", source.branch];
  yield ["message", source.message.split("\n")[0]];
  yield ["manifest", experiment.manifestPath];
  yield ["command", manifest?.spec.command ?? null];
  yield* flattened("env", manifest?.spec.env ?? {});
  yield ["image", image?.digest ?? null];
  yield ["engine", experiment.engine];
  yield* flattened("resources", resources ?? {});
  yield ["tags", experiment.tags];
}

/** `{ a: { b: 1 } }` → `a.b` and its value, so that each has a row of its own. */
function* flattened(prefix: string, value: unknown): Generator<readonly [string, unknown]> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) yield [prefix, value];
  else
    for (const [name, inner] of Object.entries(value)) yield* flattened(`${prefix}.${name}`, inner);
}

const differs = (values: readonly unknown[]): boolean =>
  new Set(values.map((value) => JSON.stringify(value))).size > 1;

const WIDEST = 40;
const cell = (value: unknown): string =>
  cut(typeof value === "string" ? value : value === null ? "-" : JSON.stringify(value), WIDEST);
