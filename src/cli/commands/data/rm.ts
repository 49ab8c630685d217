import { Command } from "commander";

import { ROUTES } from "../../../contract/routes.ts";
import type { Client } from "../../client.ts";
import { connect, projectOf } from "../../connect.ts";
import { each } from "../../each.ts";
import { failure, usage } from "../../exit.ts";
import { inParallel } from "../../in-parallel.ts";
import { asFolder, objectsBelow } from "../../objects.ts";
import { projectOption, withExamples } from "../../options.ts";
import { all } from "../../pages.ts";
import { demandPlace, type Place, written } from "../../place.ts";
import { print, type Shell } from "../../shell.ts";
import { counted } from "../../units.ts";

interface Options {
  readonly project?: string;
  readonly recursive?: true;
}

export function remove(shell: Shell): Command {
  const command = new Command("rm")
    .description("Delete objects of a bucket, for good.")
    .argument("<place...>", "input:/file or output:/file; with -r a folder")
    .addOption(projectOption())
    .option("-r, --recursive", "a folder with all that is in it")
    .action((places: readonly string[], options: Options) => removed(shell, places, options));
  return withExamples(command, "assay data rm input:/old.csv", "assay data rm -r input:/2025/");
}

async function removed(shell: Shell, named: readonly string[], options: Options): Promise<void> {
  const connection = await connect(shell);
  const project = projectOf(connection, options.project);
  const places = new Map(named.map((name) => [name, demandPlace(name)]));
  if ([...places.values()].some(({ key }) => key === "" && options.recursive !== true))
    throw usage("That is the whole bucket. Name what to delete, or add -r if all of it is meant.");
  await each(shell, [...places.keys()], async (name) => {
    const place = places.get(name) ?? demandPlace(name);
    const count =
      options.recursive === true
        ? await folder(connection.client, project, place)
        : await one(connection.client, project, place);
    print(
      shell,
      `${written(place)} is deleted${count === 1 ? "" : `: ${counted(count, "object")}`}`,
    );
  });
}

async function one(client: Client, project: string, { bucket, key }: Place): Promise<number> {
  await client.open(ROUTES.deleteObject, { path: { project, bucket, key } });
  return 1;
}

async function folder(client: Client, project: string, place: Place): Promise<number> {
  const found = await all(objectsBelow(client, project, asFolder(place)));
  if (found.length === 0) throw failure(`There is no folder ${written(place)}.`);
  await inParallel(found, 4, async ({ key }) => {
    await one(client, project, { ...place, key });
  });
  return found.length;
}
