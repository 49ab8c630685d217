import { readFile } from "node:fs/promises";

import { Command } from "commander";
import type { z } from "zod";

import { ForgeCredentialAnswer } from "../../../contract/notice.ts";
import { ROUTES } from "../../../contract/routes.ts";
import { type Connection, connect, projectOf } from "../../connect.ts";
import { usage } from "../../exit.ts";
import { count, jsonOption, type ReadOptions, withExamples } from "../../options.ts";
import { readSecret } from "../../read-secret.ts";
import { print, printJson, remark, type Shell } from "../../shell.ts";
import { facts } from "../../table.ts";
import { moment } from "../../units.ts";

interface Options extends ReadOptions {
  readonly appId?: string;
  readonly privateKey?: string;
  readonly installationId?: number;
  readonly user?: string;
  readonly api?: string;
  readonly show?: true;
  readonly remove?: true;
}

export function credential(shell: Shell): Command {
  const command = new Command("credential")
    .description(
      "Set the token, or the app of GitHub, with which the forge is told how commits stand. A token is asked for, or read from a pipe.",
    )
    .argument("[project]", "its slug or id; else the context's")
    .option("--app-id <id>", "of an app of GitHub")
    .option("--private-key <file>", "the app's, as GitHub gave it")
    .option("--installation-id <id>", "the app's at the repository; else GitHub is asked", count)
    .option("--user <name>", "whose token it is, where the forge asks: an account of Bitbucket's")
    .option("--api <url>", "the forge's API, where the repository's host does not tell it")
    .option("--show", "only what the forge last answered")
    .option("--remove", "set no statuses any more")
    .addOption(jsonOption())
    .action(async (named: string | undefined, options: Options) => {
      const connection = await connect(shell);
      const path = { project: projectOf(connection, named) };
      if (options.remove === true) return removed(shell, connection, path);
      const answer =
        options.show === true
          ? await connection.client.call(ROUTES.getForgeCredential, ForgeCredentialAnswer, { path })
          : await set(shell, connection, path, options);
      if (options.json) return printJson(shell, answer);
      print(shell, ...about(answer));
      if (answer.warning !== undefined) remark(shell, answer.warning);
    });
  return withExamples(
    command,
    "assay projects credential digits < token-file",
    "assay projects credential digits --app-id 123456 --private-key digits.pem",
  );
}

type Path = { readonly project: string };
type Answer = z.infer<typeof ForgeCredentialAnswer>;

async function set(
  shell: Shell,
  { client }: Connection,
  path: Path,
  { appId, privateKey, installationId, user, api }: Options,
): Promise<Answer> {
  if ((appId === undefined) !== (privateKey === undefined))
    throw usage("An app is its --app-id and its --private-key.");
  const proof =
    privateKey === undefined
      ? { token: await readSecret(shell, "Token: ") }
      : { appId, privateKey: await readFile(privateKey, "utf8"), installationId };
  if (proof.token === "") throw usage("No token was given.");
  return client.call(ROUTES.setForgeCredential, ForgeCredentialAnswer, {
    path,
    json: { ...proof, user, api },
  });
}

async function removed(shell: Shell, { client }: Connection, path: Path): Promise<void> {
  await client.open(ROUTES.removeForgeCredential, { path });
  print(shell, "The forge is told nothing more.");
}

const about = (answer: Answer): readonly string[] =>
  facts([
    ["forge", answer.address],
    ["set", `${moment(answer.createdAt)}${answer.createdBy ? ` by ${answer.createdBy}` : ""}`],
    ["trouble", answer.trouble ?? "none"],
    ["paused until", answer.pausedUntil === null ? null : moment(answer.pausedUntil)],
  ]);
