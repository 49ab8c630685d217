import { globFault } from "./branch-globs.ts";
import { SHORTEST_POLL_SECONDS } from "./polling.ts";
import type { ProjectSettings } from "./project.ts";
import { variableFault, variableValueFault } from "./reserved-variables.ts";

/** What is wrong with the settings that somebody gives a project; its variables obey the manifest's rules. */
export function settingsFaults({
  env = {},
  pollSeconds,
  branches = [],
  volumes = {},
}: Partial<ProjectSettings>): readonly { readonly path: string; readonly message: string }[] {
  const globs = branches.map((glob, index) => ({
    path: `settings.branches.${index}`,
    message: globFault(glob),
  }));
  const variables = Object.entries(env).map(([name, value]) => ({
    path: `settings.env.${name}`,
    message: variableFault(name) ?? variableValueFault(name, value),
  }));
  const folders = Object.entries(volumes).map(([name, { hostPath }]) => ({
    path: `settings.volumes.${name}`,
    message: volumeFault(name, hostPath),
  }));
  const polling = [{ path: "settings.pollSeconds", message: pollFault(pollSeconds) }];
  return [...globs, ...variables, ...folders, ...polling].flatMap(({ path, message }) =>
    message === undefined ? [] : [{ path, message }],
  );
}

function pollFault(seconds: number | undefined): string | undefined {
  if (seconds === undefined || seconds >= SHORTEST_POLL_SECONDS) return undefined;
  return `A repository is asked every ${SHORTEST_POLL_SECONDS} seconds at most: forges refuse who asks more often.`;
}

/** As the names of Kubernetes' volumes. */
function volumeFault(name: string, hostPath: string): string | undefined {
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))
    return `${JSON.stringify(name.slice(0, 80))} cannot be the name of a volume: lower-case letters, digits and -, 63 at most.`;
  return /^(\/[^/\0]+)+$/.test(hostPath) && !/\/\.{1,2}(\/|$)/.test(hostPath)
    ? undefined
    : `The folder of the volume ${name} must be a whole path on the engine's machine, such as /srv/datasets.`;
}
