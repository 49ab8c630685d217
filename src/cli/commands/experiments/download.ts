import { relative, resolve } from "node:path";

import { Command } from "commander";

import { connect } from "../../connect.ts";
import { findExperiment, ID_HELP } from "../../experiments.ts";
import { fetchFolder } from "../../fetch-folder.ts";
import { jsonOption, type ReadOptions, withExamples } from "../../options.ts";
import { called, isFinished } from "../../outcome.ts";
import { print, printJson, remark, type Shell } from "../../shell.ts";
import { bytes, counted } from "../../units.ts";

interface Options extends ReadOptions {
  readonly output?: string;
}

export function download(shell: Shell): Command {
  const command = new Command("download")
    .description(
      "Fetch what an experiment wrote. Run again after a break, it goes on where it ended, and fetches no file twice.",
    )
    .argument("<id>", ID_HELP)
    .option("-o, --output <folder>", "where to; else a folder named after the experiment")
    .addOption(jsonOption())
    .action((id: string, options: Options) => downloaded(shell, id, options));
  return withExamples(command, "assay experiments download digits#12 --output ./digits-12");
}

async function downloaded(shell: Shell, id: string, options: Options): Promise<void> {
  const connection = await connect(shell);
  const experiment = await findExperiment(connection, id);
  const { project, number } = experiment;
  const folder = resolve(shell.folder, options.output ?? `${project.slug}-${number}`);
  const from = {
    project: project.slug,
    bucket: "output",
    key: `output/${experiment.id}/`,
  } as const;
  const fetched = await fetchFolder(shell, connection.client, from, folder);
  if (options.json) return printJson(shell, { folder, ...fetched });
  if (!isFinished(experiment))
    remark(shell, `${called(experiment)} has not finished: more may come.`);
  if (fetched.files === 0) return remark(shell, `${called(experiment)} wrote no files.`);
  const before = fetched.there === 0 ? "" : `, ${fetched.there} of them from before`;
  const where = relative(shell.folder, folder) || ".";
  print(shell, `${counted(fetched.files, "file")}, ${bytes(fetched.bytes)}, in ${where}${before}`);
}
