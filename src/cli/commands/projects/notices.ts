import { Command } from "commander";

import { type NoticeAnswer, NoticePage } from "../../../contract/notice.ts";
import { ROUTES } from "../../../contract/routes.ts";
import { connect, projectOf } from "../../connect.ts";
import { count, jsonOption, type ReadOptions } from "../../options.ts";
import { all, items } from "../../pages.ts";
import { print, printJson, remark, type Shell } from "../../shell.ts";
import { table } from "../../table.ts";
import { moment } from "../../units.ts";

interface Options extends ReadOptions {
  readonly limit: number;
}

export function notices(shell: Shell): Command {
  return new Command("notices")
    .description("What was told to the forge, to webhooks and to Slack, and what is owed and why.")
    .argument("[project]", "its slug or id; else the context's")
    .option("--limit <count>", "at most so many", count, 20)
    .addOption(jsonOption())
    .action(async (named: string | undefined, { limit, json }: Options) => {
      const connection = await connect(shell);
      const path = { project: projectOf(connection, named) };
      const found = await all(
        items(connection.client, ROUTES.listNotices, NoticePage, { path }, limit),
      );
      if (json) return printJson(shell, found);
      const heads = ["OWED", "EXPERIMENT", "TO", "EVENT", "STATE", "TRIES", "WHY NOT"];
      print(shell, ...table(heads, found.map(row)));
      if (found.length === 0) remark(shell, "Nothing was owed to anybody.");
    });
}

const row = (notice: NoticeAnswer): readonly string[] => [
  moment(notice.owedAt),
  `#${notice.experiment.number}`,
  `${notice.kind} ${notice.address}`,
  notice.event,
  notice.state,
  String(notice.tries),
  notice.reason ?? "",
];
