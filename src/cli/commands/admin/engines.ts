import { Command } from "commander";

import { EngineAnswer, EnginePage } from "../../../contract/operations.ts";
import type { Route } from "../../../contract/route.ts";
import { ROUTES } from "../../../contract/routes.ts";
import { connect } from "../../connect.ts";
import { jsonOption, type ReadOptions, withExamples } from "../../options.ts";
import { all, items } from "../../pages.ts";
import { print, printJson, type Shell } from "../../shell.ts";
import { table } from "../../table.ts";

export function engines(shell: Shell): Command {
  const command = new Command("engines")
    .description("Show the engines; or hold one, so that nothing new starts on it.")
    .addCommand(list(shell), { isDefault: true })
    .addCommand(
      hold(shell, "pause", "Start nothing new on it; what runs goes on.", ROUTES.pauseEngine),
    )
    .addCommand(hold(shell, "resume", "Let it take work again.", ROUTES.resumeEngine))
    .addCommand(
      hold(
        shell,
        "drain",
        "Start nothing new on it, until nothing runs there any more.",
        ROUTES.drainEngine,
      ),
    );
  return withExamples(command, "assay admin engines", "assay admin engines drain docker");
}

function list(shell: Shell): Command {
  return new Command("list")
    .description("Show each engine: whether it takes work, what it has, what is reserved.")
    .addOption(jsonOption())
    .action(async ({ json }: ReadOptions) => {
      const { client } = await connect(shell);
      const found = await all(items(client, ROUTES.listEngines, EnginePage));
      if (json) return printJson(shell, found);
      const heads = [
        "ENGINE",
        "KIND",
        "STATE",
        "CPUS",
        "MEMORY GIB",
        "DEVICES",
        "WHY NOTHING NEW STARTS",
      ];
      print(shell, ...table(heads, found.map(row)));
    });
}

function hold(shell: Shell, name: string, description: string, route: Route): Command {
  return new Command(name)
    .description(description)
    .argument("<engine>", "its name")
    .addOption(jsonOption())
    .action(async (engine: string, { json }: ReadOptions) => {
      const { client } = await connect(shell);
      const answer = await client.call(route, EngineAnswer, { path: { name: engine } });
      if (json) printJson(shell, answer);
      else print(shell, `${answer.name} is ${answer.state}`);
    });
}

/** Of each, how much is reserved of how much there is. */
function row({
  name,
  kind,
  state,
  machines,
  reservations,
  closed,
}: EngineAnswer): readonly string[] {
  const share = (reserved: readonly number[], there: readonly number[]): string =>
    machines === null ? "not known" : `${round(sum(reserved))} of ${round(sum(there))}`;
  const of = machines ?? [];
  return [
    name,
    kind,
    state,
    share(
      reservations.map(({ cpus }) => cpus),
      of.map(({ cpus }) => cpus),
    ),
    share(
      reservations.map(({ memoryGb }) => memoryGb),
      of.map(({ memoryGb }) => memoryGb),
    ),
    share(
      reservations.map(({ devices }) => devices.length),
      of.map(({ devices }) => devices.length),
    ),
    closed ?? "",
  ];
}

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
const round = (value: number): number => Math.round(value * 10) / 10;
