import { readSaved } from "./config-file.ts";
import { usage } from "./exit.ts";
import type { Shell } from "./shell.ts";

export const DEFAULT_URL = "http://127.0.0.1:8080";

/** Which server, as whom, and what is meant where nothing is named. */
export interface Settings {
  readonly url: string;
  readonly token: string | undefined;
  readonly project: string | undefined;
  readonly engine: string | undefined;
}

/** The environment wins over what was saved. */
export async function readSettings(shell: Pick<Shell, "env">): Promise<Settings> {
  const saved = await readSaved(shell);
  const savedUrl = saved.url ?? DEFAULT_URL;
  const url = serverUrl(given(shell, "ASSAY_URL") ?? savedUrl);
  return {
    url,
    // A saved token is for the server that it was saved for, and never sent to another one.
    token: given(shell, "ASSAY_TOKEN") ?? (url === serverUrl(savedUrl) ? saved.token : undefined),
    project: given(shell, "ASSAY_PROJECT") ?? saved.project,
    engine: saved.engine,
  };
}

/** Without the slash at its end, so that one address has one form. */
export function serverUrl(written: string): string {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol))
    throw usage(`"${written}" is no server's address. Write it like ${DEFAULT_URL}.`);
  if (url.username !== "" || url.password !== "")
    throw usage("A server's address holds no name and no password: the token says who you are.");
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

/** A variable that is empty counts as unset. */
export const given = ({ env }: Pick<Shell, "env">, name: string): string | undefined =>
  env[name] === "" ? undefined : env[name];
