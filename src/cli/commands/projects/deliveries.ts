import { Command } from "commander";

import {
  type DeliveryAnswer,
  DeliveryPage,
  RefusedDeliveries,
} from "../../../contract/delivery.ts";
import { ROUTES } from "../../../contract/routes.ts";
import { type Connection, connect, projectOf } from "../../connect.ts";
import { count, jsonOption, type ReadOptions } from "../../options.ts";
import { all, items } from "../../pages.ts";
import { print, printJson, remark, type Shell } from "../../shell.ts";
import { table } from "../../table.ts";
import { moment } from "../../units.ts";

interface Options extends ReadOptions {
  readonly limit: number;
  readonly refused?: true;
}

export function deliveries(shell: Shell): Command {
  return new Command("deliveries")
    .description("What pushes were received, what they started, and why they started nothing.")
    .argument("[project]", "its slug or id; else the context's")
    .option("--refused", "the last that were not believed: a wrong secret, another repository")
    .option("--limit <count>", "at most so many", count, 20)
    .addOption(jsonOption())
    .action(async (named: string | undefined, options: Options) => {
      const connection = await connect(shell);
      const request = { path: { project: projectOf(connection, named) } };
      if (options.refused === true) return refused(shell, connection, request, options);
      const { client } = connection;
      const found = await all(
        items(client, ROUTES.listDeliveries, DeliveryPage, request, options.limit),
      );
      if (options.json) return printJson(shell, found);
      print(
        shell,
        ...table(["RECEIVED", "BY", "BRANCH", "COMMIT", "DECISION", "WHY"], found.map(row)),
      );
      if (found.length === 0)
        remark(shell, "Nothing was received. --refused shows what was not believed.");
    });
}

async function refused(
  shell: Shell,
  { client }: Connection,
  request: { readonly path: Readonly<Record<string, string>> },
  { limit, json }: Options,
): Promise<void> {
  const answer = await client.call(ROUTES.listRefusedDeliveries, RefusedDeliveries, request);
  const found = answer.items.slice(0, limit);
  if (json) return printJson(shell, found);
  const rows = found.map(({ at, status, address, reason }) => [
    moment(at),
    String(status),
    address ?? "",
    reason,
  ]);
  print(shell, ...table(["RECEIVED", "STATUS", "FROM", "WHY"], rows));
  if (found.length === 0) remark(shell, "Nothing was refused since the server started.");
}

const row = ({ receivedAt, source, push, decision, reason }: DeliveryAnswer): readonly string[] => [
  moment(receivedAt),
  source,
  push?.ref.replace(/^refs\/heads\//, "") ?? "",
  push?.after.slice(0, 7) ?? "",
  decision,
  reason,
];
