import { Command } from "commander";

import { ProjectAnswer } from "../../../contract/project.ts";
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
      if (json) printJson(shell, project);
      else print(shell, ...about(project), "", ...firstSteps(project));
    });
}

function about({
  slug,
  name,
  id,
  forge,
  gitUrl,
  webhookUrl,
  engine,
  settings,
  createdAt,
}: ProjectAnswer): readonly string[] {
  return facts([
    ["project", slug],
    ["name", name],
    ["id", id],
    ["forge", forge],
    ["repository", gitUrl],
    ["webhook", forge === "builtin" ? null : webhookUrl],
    ["engine", engine],
    ["created", moment(createdAt)],
    ...Object.entries(settings).map(
      ([setting, value]) => [setting, value === null ? "no limit" : shown(value)] as const,
    ),
  ]);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "all" : value.join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}
