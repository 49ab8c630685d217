import { Command } from "commander";

import { type ObjectAnswer, ObjectPage } from "../../../contract/object.ts";
import { ROUTES } from "../../../contract/routes.ts";
import type { Client } from "../../client.ts";
import { connect, projectOf } from "../../connect.ts";
import { asFolder, objectAt, objectsBelow } from "../../objects.ts";
import { jsonOption, projectOption, type ReadOptions, withExamples } from "../../options.ts";
import { all } from "../../pages.ts";
import { demandPlace, type Place, written } from "../../place.ts";
import { print, printJson, remark, type Shell } from "../../shell.ts";
import { table } from "../../table.ts";
import { bytes, moment } from "../../units.ts";

interface Options extends ReadOptions {
  readonly project?: string;
  readonly recursive?: true;
}

interface Listing {
  readonly prefixes: readonly string[];
  readonly items: readonly ObjectAnswer[];
}

export function list(shell: Shell): Command {
  const command = new Command("ls")
    .description("List what a bucket holds in a folder.")
    .argument("[place]", "input:/folder or output:/folder", "input:/")
    .addOption(projectOption())
    .option("-r, --recursive", "what is in its folders as well")
    .addOption(jsonOption())
    .action((place: string, options: Options) => listed(shell, demandPlace(place), options));
  return withExamples(
    command,
    "assay data ls input:/",
    "assay data ls -r output:/ --project digits",
  );
}

async function listed(shell: Shell, place: Place, options: Options): Promise<void> {
  const connection = await connect(shell);
  const project = projectOf(connection, options.project);
  const found = await look(connection.client, project, place, options.recursive === true);
  if (options.json) return printJson(shell, found);
  const rows = [
    ...found.prefixes.map((prefix) => ["", "", written({ ...place, key: prefix })]),
    ...found.items.map(({ key, size, modifiedAt }) => [
      bytes(size),
      moment(modifiedAt),
      written({ ...place, key }),
    ]),
  ];
  print(shell, ...table(["SIZE", "MODIFIED", "OBJECT"], rows));
  if (rows.length === 0) remark(shell, `There is nothing at ${written(place)}.`);
}

async function look(
  client: Client,
  project: string,
  place: Place,
  recursive: boolean,
): Promise<Listing> {
  const one = place.key === "" ? undefined : await objectAt(client, project, place);
  if (one !== undefined) return { prefixes: [], items: [one] };
  const folder = asFolder(place);
  if (recursive) return { prefixes: [], items: await all(objectsBelow(client, project, folder)) };
  return folderAt(client, project, folder);
}

/** One folder alone. Its folders count for a page as its objects do. */
async function folderAt(client: Client, project: string, { bucket, key }: Place): Promise<Listing> {
  const prefixes: string[] = [];
  const items: ObjectAnswer[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.call(ROUTES.listObjects, ObjectPage, {
      path: { project, bucket },
      query: { prefix: key, delimiter: "/", limit: 200, cursor },
    });
    prefixes.push(...page.prefixes);
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return { prefixes, items };
}
