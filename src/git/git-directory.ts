import { join } from "node:path";

import type { GitSettings } from "./git-environment.ts";

/** Folders of ours begin with a dot, so that no project can have their names. */
export const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** The bare repository of a project, built-in or mirror. */
export function gitDirectory(
  { folder }: Pick<GitSettings, "folder">,
  { slug }: { readonly slug: string },
): string {
  if (!SLUG.test(slug)) throw new Error(`The slug ${JSON.stringify(slug)} names no folder.`);
  return join(folder, `${slug}.git`);
}
