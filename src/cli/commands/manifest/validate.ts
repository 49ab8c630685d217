import { Command } from "commander";

import { ValidateAnswer } from "../../../contract/operations.ts";
import { ROUTES } from "../../../contract/routes.ts";
import { manifestParser } from "../../../manifest/parse.ts";
import { connect } from "../../connect.ts";
import { EXIT, Exit, usage } from "../../exit.ts";
import { manifestFiles, readManifest } from "../../manifest-files.ts";
import { jsonOption, type ReadOptions, withExamples } from "../../options.ts";
import { print, printJson, type Shell } from "../../shell.ts";
import { oneLine } from "../../table.ts";

interface Options extends ReadOptions {
  readonly project?: string;
}

/** What is said of one file; the domain's manifest is left out. */
interface Verdict {
  readonly file: string;
  readonly valid: boolean;
  readonly errors: readonly Remark[];
  readonly warnings: readonly Remark[];
}

interface Remark {
  readonly path: string;
  readonly line?: number | null | undefined;
  readonly column?: number | null | undefined;
  readonly message: string;
}

export function validate(shell: Shell): Command {
  const command = new Command("validate")
    .description(
      "Judge manifests as the server does, without asking it. Exits with 1 where one is not valid.",
    )
    .argument(
      "[file...]",
      "- is the standard input; without any: manifest.yaml and what is in manifests/ and aichor_manifests/",
    )
    .option("-p, --project <project>", "ask the server, which knows this project's engines")
    .addOption(jsonOption())
    .action((files: readonly string[], options: Options) => validated(shell, files, options));
  return withExamples(
    command,
    "assay manifest validate",
    "assay manifest validate manifests/large.yaml --project digits",
  );
}

async function validated(
  shell: Shell,
  named: readonly string[],
  { project, json }: Options,
): Promise<void> {
  const files = named.length > 0 ? named : await manifestFiles(shell.folder);
  if (files.length === 0)
    throw usage("There is no manifest.yaml here, and none in manifests/. Name the file.");
  const verdicts: Verdict[] = [];
  for (const file of files) {
    const text = await readManifest(shell, file);
    verdicts.push({
      file,
      ...(await (project === undefined ? judge(text) : ask(shell, text, project))),
    });
  }
  if (json) printJson(shell, verdicts);
  else print(shell, ...verdicts.flatMap(linesOf));
  if (verdicts.some(({ valid }) => !valid)) throw new Exit(EXIT.failed);
}

function judge(text: string): Omit<Verdict, "file"> {
  const { manifest, errors, warnings } = manifestParser.parse(text);
  return { valid: manifest !== undefined, errors, warnings };
}

async function ask(shell: Shell, text: string, project: string): Promise<Omit<Verdict, "file">> {
  const { client } = await connect(shell);
  const { valid, errors, warnings } = await client.call(ROUTES.validateManifest, ValidateAnswer, {
    query: { project },
    body: text,
    headers: { "content-type": "text/yaml" },
  });
  return { valid, errors, warnings };
}

/** As compilers write it, so that editors find the place. */
function linesOf({ file, valid, errors, warnings }: Verdict): readonly string[] {
  const said = (kind: string) => (remark: Remark) =>
    `${[file, remark.line, remark.column].filter((part) => part !== undefined && part !== null).join(":")}: ${kind}: ${oneLine(remark.message)}`;
  return [
    ...errors.map(said("error")),
    ...warnings.map(said("warning")),
    ...(valid ? [`${file} is valid`] : []),
  ];
}
