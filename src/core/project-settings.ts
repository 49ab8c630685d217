import type { ProjectSettings } from "./project.ts";
import { variableFault, variableValueFault } from "./reserved-variables.ts";

/** What is wrong with the settings that somebody gives a project; its variables obey the manifest's rules. */
export function settingsFaults({
  env = {},
}: Partial<ProjectSettings>): readonly { readonly path: string; readonly message: string }[] {
  return Object.entries(env).flatMap(([name, value]) => {
    const message = variableFault(name) ?? variableValueFault(name, value);
    return message === undefined ? [] : [{ path: `settings.env.${name}`, message }];
  });
}
