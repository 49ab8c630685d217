import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { type GitSettings, gitEnvironment } from "./git-environment.ts";
import { simpleGitIn } from "./simple-git-in.ts";

/** Without it `git archive` would leave out and rewrite files as .gitattributes says: another tree than a checkout. */
const ATTRIBUTES = "* -export-ignore -export-subst\n";

/** Makes a bare repository where there is none. It appears whole or not at all; safe to repeat, also at once. */
export async function prepareBareRepository(
  settings: GitSettings,
  directory: string,
): Promise<void> {
  if (await exists(directory)) return;
  const parent = dirname(directory);
  await mkdir(parent, { recursive: true });
  const temporary = join(parent, `.new-${crypto.randomUUID()}`);
  await mkdir(temporary);
  try {
    const git = simpleGitIn(settings, gitEnvironment(settings, { directory: temporary }));
    await git.raw("init", "--bare", "--quiet", "--template=", "--initial-branch=main");
    await mkdir(join(temporary, "info"), { recursive: true });
    await writeFile(join(temporary, "info", "attributes"), ATTRIBUTES);
    await rename(temporary, directory);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Another server was quicker: a folder that is not empty is not replaced.
    if (!(await exists(directory))) throw error;
  }
}

const exists = (directory: string): Promise<boolean> =>
  access(join(directory, "HEAD")).then(
    () => true,
    () => false,
  );
