import type { Command } from "commander";

import { examplesOf } from "./options.ts";

/** docs/cli.md: every command, as its --help tells it. */
export function reference(program: Command): string {
  const chapters = program.commands.flatMap((command) => chapter(command, [program.name()]));
  return `${[INTRODUCTION, ...chapters].join("\n\n")}\n`;
}

const INTRODUCTION = `# assay, the command

Everything here goes through the [HTTP API](api.md). This page is written by \`npm run docs:cli\` from the commands
themselves: \`assay <command> --help\` says the same.

**Install it** from a checkout, for Node 20 or newer. The package is one file and needs no other:

\`\`\`sh
npm run build:cli && npm install -g "./dist/cli/$(cd dist/cli && npm pack --silent)"
\`\`\`

**Which experiment** is its id or the first 6 or more characters of it, \`digits#12\`, its name, or \`12\` in the project of the
context. **Which server and who** is what \`assay login\` keeps in \`$XDG_CONFIG_HOME/assay/config.json\` (else below
\`~/.config\`), readable by you alone; \`ASSAY_URL\`, \`ASSAY_TOKEN\` and \`ASSAY_PROJECT\` win over it. A token that was kept for one
server is never sent to another one.

| exit code | means |
|---|---|
| 0 | succeeded |
| 1 | failed: the experiment, or what was asked for cannot be |
| 2 | the command is not written as it must be |
| 3 | the experiment was cancelled |
| 4 | the server does not answer |
| 130 | Ctrl-C ended the command; the experiment goes on |

On a terminal the steps of what is followed are a live checklist; in a pipe each change is a line. \`NO_COLOR\` takes the
colours away. \`--json\` prints what the API answers.`;

function chapter(command: Command, above: readonly string[]): readonly string[] {
  const path = [...above, command.name()];
  const heading = "#".repeat(Math.min(4, path.length));
  return [
    `${heading} ${path.join(" ")}`,
    command.description(),
    ...(command.commands.length === 0 ? [details(command, path)] : examples(command)),
    ...command.commands.flatMap((child) => chapter(child, path)),
  ];
}

function details(command: Command, path: readonly string[]): string {
  const words = command.registeredArguments.map((one) => {
    const text = `${one.name()}${one.variadic ? "..." : ""}`;
    return one.required ? `<${text}>` : `[${text}]`;
  });
  const rows = [
    ...command.registeredArguments.map((one) => row(one.name(), one.description, one.argChoices)),
    ...command.options.map((one) => row(one.flags, one.description, one.argChoices)),
  ];
  return [
    "```",
    [...path, ...words, ...(command.options.length === 0 ? [] : ["[options]"])].join(" "),
    "```",
    ...(rows.length === 0 ? [] : ["", "| | |", "|---|---|", ...rows]),
    ...examples(command).flatMap((block) => ["", block]),
  ].join("\n");
}

function row(name: string, description: string, choices: readonly string[] = []): string {
  const means = [description, choices.join(", ")].filter((part) => part !== "").join(": ");
  return `| \`${name.replaceAll("|", "\\|")}\` | ${means.replaceAll("|", "\\|").replaceAll("<", "\\<")} |`;
}

const examples = (command: Command): readonly string[] => {
  const lines = examplesOf(command);
  return lines.length === 0 ? [] : [["```sh", ...lines, "```"].join("\n")];
};
