import { Command } from "commander";

import { ExperimentAnswer } from "../../../contract/experiment.ts";
import type { Route } from "../../../contract/route.ts";
import { ROUTES } from "../../../contract/routes.ts";
import { type Connection, connect, referenceOf } from "../../connect.ts";
import { each } from "../../each.ts";
import { findExperiment, ID_HELP } from "../../experiments.ts";
import { called } from "../../outcome.ts";
import { print, type Shell } from "../../shell.ts";

type Verb = (connection: Connection, id: string) => Promise<string>;

/** What is done with one experiment or with several, and needs no more words than its name. */
export const approve = (shell: Shell): Command =>
  ofEach(
    shell,
    "approve",
    "Let experiments go on whose manifest says approval: true.",
    (connection, id) => ask(connection, ROUTES.approveExperiment, id, "is approved"),
  );

export const archive = (shell: Shell): Command =>
  ofEach(
    shell,
    "archive",
    "Take experiments out of the list. Everything of them is kept.",
    (connection, id) => ask(connection, ROUTES.archiveExperiment, id, "is archived"),
  );

export const unarchive = (shell: Shell): Command =>
  ofEach(shell, "unarchive", "Bring experiments back into the list.", (connection, id) =>
    ask(connection, ROUTES.unarchiveExperiment, id, "is in the list again"),
  );

export const remove = (shell: Shell): Command =>
  ofEach(
    shell,
    "delete",
    "Delete experiments that have finished, with their logs, for good. Their outputs stay.",
    async (connection, id) => {
      // By its id: a name could mean another one by then.
      const experiment = await findExperiment(connection, id);
      await connection.client.open(ROUTES.deleteExperiment, { path: { id: experiment.id } });
      return `${called(experiment)} is deleted`;
    },
  );

function ofEach(shell: Shell, name: string, description: string, verb: Verb): Command {
  return new Command(name)
    .description(description)
    .argument("<id...>", ID_HELP)
    .action(async (ids: readonly string[]) => {
      const connection = await connect(shell);
      await each(shell, ids, async (id) => print(shell, await verb(connection, id)));
    });
}

async function ask(
  connection: Connection,
  route: Route,
  id: string,
  done: string,
): Promise<string> {
  const path = { id: referenceOf(connection, id) };
  return `${called(await connection.client.call(route, ExperimentAnswer, { path }))} ${done}`;
}
