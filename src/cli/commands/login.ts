import { Command } from "commander";

import { SessionAnswer } from "../../contract/operations.ts";
import { ROUTES } from "../../contract/routes.ts";
import { Client } from "../client.ts";
import { configPath, readSaved, save } from "../config-file.ts";
import { usage } from "../exit.ts";
import { withExamples } from "../options.ts";
import { readSecret } from "../read-secret.ts";
import { DEFAULT_URL, given, readSettings, serverUrl } from "../settings.ts";
import { print, type Shell } from "../shell.ts";

interface Options {
  readonly url?: string;
  readonly token?: string;
}

export function login(shell: Shell): Command {
  const command = new Command("login")
    .description("Sign in to a server: its address and your token are kept for the next commands.")
    .option(
      "--url <url>",
      `the server's address; else ASSAY_URL, the one before, or ${DEFAULT_URL}`,
    )
    .option(
      "--token <token>",
      "your token; else ASSAY_TOKEN, else it is asked for, or read from a pipe, which other users of this machine do not see",
    )
    .action((options: Options) => signIn(shell, options));
  return withExamples(
    command,
    "assay login --url https://assay.example.org",
    "assay login < ~/.local/share/assay/admin-token",
  );
}

async function signIn(shell: Shell, options: Options): Promise<void> {
  const settings = await readSettings(shell);
  const url = options.url === undefined ? settings.url : serverUrl(options.url);
  const token =
    options.token ?? given(shell, "ASSAY_TOKEN") ?? (await readSecret(shell, `Token for ${url}: `));
  if (token === "") throw usage("No token was given.");
  const client = new Client({ url, token, interrupted: shell.interrupted });
  const { user, administrator } = await client.call(ROUTES.whoAmI, SessionAnswer);
  const saved = await readSaved(shell);
  // The context belonged to the server before.
  const kept = serverUrl(saved.url ?? DEFAULT_URL) === url ? saved : {};
  await save(shell, { ...kept, url, token });
  print(
    shell,
    `Signed in at ${url} as ${user}${administrator ? ", an administrator" : ""}. Kept in ${configPath(shell)}`,
  );
}
