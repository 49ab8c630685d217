import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";

import { Command } from "commander";

import { failure } from "../exit.ts";
import { runGit } from "../local-git.ts";
import { withExamples } from "../options.ts";
import { readyRepository } from "../ready-repository.ts";
import { print, type Shell } from "../shell.ts";

interface Options {
  readonly base: string;
}

export function init(shell: Shell): Command {
  const command = new Command("init")
    .description("Make a repository that runs as it is: a Dockerfile, manifests, a small program.")
    .argument("[folder]", "where; nothing that is there is written over", ".")
    .option(
      "--base <image>",
      "what its image begins from: any with sh and python3",
      "python:3-slim",
    )
    .action((folder: string, options: Options) => make(shell, folder, options));
  return withExamples(command, "assay init my-experiment");
}

async function make(shell: Shell, named: string, { base }: Options): Promise<void> {
  const folder = resolve(shell.folder, named);
  const files = Object.entries(readyRepository(base));
  const there: string[] = [];
  for (const [path] of files) if (await isThere(join(folder, path))) there.push(path);
  if (there.length > 0)
    throw failure(
      `${there.join(", ")}: there already, and not written over. Nothing was made. Choose another folder.`,
    );
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const made = !(await isThere(join(folder, ".git")));
  if (made) await runGit(folder, ["init", "--quiet", "--initial-branch=main"]);
  const where = relative(shell.folder, folder);
  print(
    shell,
    `${files.map(([path]) => path).join(", ")} are made.`,
    "",
    "To run it, once you have a project (assay projects create <name>):",
    ...(where === "" ? [] : [`  cd ${where}`]),
    "  git remote add assay <its address>",
    '  git add . && git commit -m "exp: a first try" && git push assay HEAD',
  );
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
