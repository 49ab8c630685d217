import { Client } from "./client.ts";
import { usage } from "./exit.ts";
import { readSettings, type Settings } from "./settings.ts";
import type { Shell } from "./shell.ts";

/** A server to talk to, and what is meant where nothing is named. */
export interface Connection {
  readonly client: Client;
  readonly settings: Settings;
}

export async function connect(shell: Shell): Promise<Connection> {
  const settings = await readSettings(shell);
  const { url, token } = settings;
  if (token === undefined)
    throw usage(`There is no token for ${url}. Run assay login, or set ASSAY_TOKEN.`);
  return { client: new Client({ url, token, interrupted: shell.interrupted }), settings };
}

/** The project that is named, or that of the context. */
export function projectOf({ settings }: Connection, named: string | undefined): string {
  const project = named ?? settings.project;
  if (project !== undefined) return project;
  throw usage("Which project? Name it with --project, or run assay context set project <name>.");
}

/** An experiment's number alone means that of the context's project. */
export function referenceOf({ settings: { project } }: Connection, written: string): string {
  const number = /^#?(\d{1,5})$/.exec(written)?.[1];
  if (number === undefined) return written;
  if (project !== undefined) return `${project}#${number}`;
  throw usage(
    `${written} of which project? Write it like digits#${number}, or run assay context set project <name>.`,
  );
}
