import { globFault } from "./branch-globs.ts";
import type { ProjectSettings } from "./project.ts";
import { variableFault, variableValueFault } from "./reserved-variables.ts";

/** What is wrong with the settings that somebody gives a project; its variables obey the manifest's rules. */
export function settingsFaults({
  env = {},
  branches = [],
}: Partial<ProjectSettings>): readonly { readonly path: string; readonly message: string }[] {
  const globs = branches.map((glob, index) => ({
    path: `settings.branches.${index}`,
    message: globFault(glob),
  }));
  const variables = Object.entries(env).map(([name, value]) => ({
    path: `settings.env.${name}`,
    message: variableFault(name) ?? variableValueFault(name, value),
  }));
  return [...globs, ...variables].flatMap(({ path, message }) =>
    message === undefined ? [] : [{ path, message }],
  );
}
