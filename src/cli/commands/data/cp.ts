import { readdir, stat } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { Command } from "commander";

import { ROUTES } from "../../../contract/routes.ts";
import type { Client } from "../../client.ts";
import { connect, projectOf } from "../../connect.ts";
import { download } from "../../download.ts";
import { failure, usage } from "../../exit.ts";
import { fetchFolder, PARALLEL } from "../../fetch-folder.ts";
import { inParallel } from "../../in-parallel.ts";
import { asFolder, objectAt } from "../../objects.ts";
import { projectOption, withExamples } from "../../options.ts";
import { type Place, placeOf, written } from "../../place.ts";
import { print, type Shell } from "../../shell.ts";
import { counted } from "../../units.ts";
import { send, upload } from "../../upload.ts";

interface Options {
  readonly project?: string;
  readonly recursive?: true;
}

/** Between which two it copies. */
interface Copy {
  readonly client: Client;
  readonly project: string;
  readonly recursive: boolean;
}

export function copy(shell: Shell): Command {
  const command = new Command("cp")
    .description(
      "Copy files into a bucket or out of it. What was begun is gone on with on its way out.",
    )
    .argument("<from>", "a file here, or input:/file, output:/file; - is the standard input")
    .argument("<to>", "the same, the other way round; - is the standard output")
    .addOption(projectOption())
    .option("-r, --recursive", "a folder with all that is in it")
    .action((from: string, to: string, options: Options) => copied(shell, from, to, options));
  return withExamples(
    command,
    "assay data cp train.csv input:/data/",
    "assay data cp -r ./images input:/images",
    "assay data cp output:/output/3f2a91c0-…/model.npz .",
  );
}

async function copied(shell: Shell, from: string, to: string, options: Options): Promise<void> {
  const source = placeOf(from);
  const target = placeOf(to);
  if ((source === undefined) === (target === undefined))
    throw usage(
      "One of the two is in a bucket (input:/… or output:/…), and the other one is here.",
    );
  const connection = await connect(shell);
  const project = projectOf(connection, options.project);
  const copy = { client: connection.client, project, recursive: options.recursive === true };
  if (source !== undefined) await out(shell, copy, source, to);
  if (target !== undefined) await into(shell, copy, from, target);
}

async function out(shell: Shell, copy: Copy, source: Place, to: string): Promise<void> {
  const { client, project, recursive } = copy;
  if (to === "-") return toStandardOutput(shell, copy, source);
  const target = resolve(shell.folder, to);
  if (recursive) {
    const { files } = await fetchFolder(shell, client, { project, ...asFolder(source) }, target);
    if (files === 0) throw failure(`There is no folder ${written(source)}.`);
    return print(shell, `${counted(files, "file")} in ${to}`);
  }
  const object = await objectAt(client, project, source);
  if (object === undefined)
    throw failure(`There is no ${written(source)}. A folder is copied with -r.`);
  const isFolder = to.endsWith("/") || (await kindOf(target)) === "folder";
  const file = isFolder ? join(target, basename(source.key)) : target;
  await download(client, { project, bucket: source.bucket, object }, file);
  print(shell, `${written(source)} is in ${relative(shell.folder, file) || file}`);
}

async function toStandardOutput(shell: Shell, copy: Copy, { bucket, key }: Place): Promise<void> {
  const path = { project: copy.project, bucket, key };
  const response = await copy.client.open(ROUTES.getObject, { path });
  await pipeline(copy.client.bytes(response), shell.out, { end: false });
}

async function into(shell: Shell, copy: Copy, from: string, target: Place): Promise<void> {
  const { client, project, recursive } = copy;
  const key =
    target.key === "" || target.key.endsWith("/") ? target.key + basename(from) : target.key;
  if (from === "-") {
    if (key !== target.key) throw usage("Name the object: what comes from a pipe has no name.");
    await send(client, Readable.from(shell.in, { objectMode: false }), project, target);
    return print(shell, `${written(target)} is there`);
  }
  const source = resolve(shell.folder, from);
  if ((await kindOf(source)) === "folder") {
    if (!recursive) throw usage(`${from} is a folder: copy it with -r.`);
    const count = await folderInto(copy, source, asFolder(target));
    return print(shell, `${counted(count, "file")} in ${written(asFolder(target))}`);
  }
  await upload(client, source, project, { ...target, key });
  print(shell, `${from} is in ${written({ ...target, key })}`);
}

async function folderInto(
  { client, project }: Copy,
  folder: string,
  target: Place,
): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  // Links are left out: what they point to may be anywhere.
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  await inParallel(files, PARALLEL, async (file) => {
    const key = target.key + relative(folder, file).split(sep).join("/");
    await upload(client, file, project, { ...target, key });
  });
  return files.length;
}

const kindOf = async (path: string): Promise<"folder" | "file" | undefined> => {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return undefined;
  return stats.isDirectory() ? "folder" : "file";
};
