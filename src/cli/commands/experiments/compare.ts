import { Command } from "commander";

import { comparisonOf, differs, MOST_COMPARED } from "../../../contract/comparison.ts";
import { PAGES } from "../../../contract/pages.ts";
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

export function compare(shell: Shell): Command {
  const command = new Command("compare")
    .description(
      "Show side by side what differs between experiments: parameters, metrics, fields, image, time and more.",
    )
    .argument("<id...>", `two to ${MOST_COMPARED}: ${ID_HELP}`)
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
  if (ids.length > MOST_COMPARED)
    throw usage(`Name ${MOST_COMPARED} experiments at most: more do not fit side by side.`);
  const connection = await connect(shell);
  const experiments = await Promise.all(ids.map((id) => findExperiment(connection, id)));
  const facts = comparisonOf(experiments, ({ startedAt, finishedAt }) =>
    lastingFrom(startedAt, finishedAt),
  );
  const rows = facts.filter((fact) => all === true || differs(fact));
  const names = experiments.map(called);
  if (json) return printJson(shell, { experiments: experiments.map(({ id }) => id), rows });
  const cells = rows.map(({ name, values }) => [name, ...values.map(cell)]);
  print(shell, ...table(["", ...names], cells));
  const query = names.map((name) => `id=${name.replace("#", "/")}`).join("&");
  remark(shell, `Curves, manifests and files: ${connection.client.url}${PAGES.compare}?${query}`);
  if (rows.length === 0) remark(shell, "Nothing differs. --all shows what they have in common.");
}

const WIDEST = 40;
const cell = (value: unknown): string =>
  cut(typeof value === "string" ? value : value === null ? "-" : JSON.stringify(value), WIDEST);
