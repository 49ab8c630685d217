import { Command } from "commander";
import type { z } from "zod";

import { PollingAnswer, ProjectAnswer } from "../../../contract/project.ts";
import { ROUTES } from "../../../contract/routes.ts";
import { connect, projectOf } from "../../connect.ts";
import { jsonOption, type ReadOptions } from "../../options.ts";
import { firstSteps } from "../../project-steps.ts";
import { print, printJson, type Shell } from "../../shell.ts";
import { facts } from "../../table.ts";
import { moment } from "../../units.ts";

export function show(shell: Shell): Command {
  return new Command("show")
    .description(
      "Show a project: its settings, and what is to be done until a push starts something.",
    )
    .argument("[project]", "its slug or id; else the context's")
    .addOption(jsonOption())
    .action(async (named: string | undefined, { json }: ReadOptions) => {
      const connection = await connect(shell);
      const path = { project: projectOf(connection, named) };
      const project = await connection.client.call(ROUTES.getProject, ProjectAnswer, { path });
      if (json) return printJson(shell, project);
      const polling = await connection.client.call(ROUTES.getPolling, PollingAnswer, { path });
      print(shell, ...about(project, polling), "", ...firstSteps(project));
    });
}

type Polling = z.infer<typeof PollingAnswer>;

function lastPoll({ everySeconds, polledAt, problem }: Polling): string | null {
  if (everySeconds === null || polledAt === null) return null;
  return `${moment(polledAt)}${problem === null ? "" : `: ${problem}`}`;
}

function about(project: ProjectAnswer, polling: Polling): readonly string[] {
  const { slug, name, id, forge, gitUrl, webhookUrl, engine, settings, createdAt } = project;
  return facts([
    ["project", slug],
    ["name", name],
    ["id", id],
    ["forge", forge],
    ["repository", gitUrl],
    ["webhook", forge === "builtin" ? null : webhookUrl],
    ["polled", lastPoll(polling)],
    ["engine", engine],
    ["created", moment(createdAt)],
    ...Object.entries(settings).map(
      ([setting, value]) => [setting, value === null ? NOTHING[setting] : shown(value)] as const,
    ),
  ]);
}

/** What a setting without a value means. */
const NOTHING: Readonly<Record<string, string>> = { maxActive: "no limit", pollSeconds: "never" };

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "all" : value.join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}
