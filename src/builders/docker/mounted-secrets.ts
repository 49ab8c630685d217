import { posix } from "node:path";

import { type BuildRules, builtStages } from "./built-stages.ts";
import { readFlags, readMount } from "./flags.ts";

/** The ids of the secrets that steps of a build mount; undefined: it cannot be told, so it may be any. */
export function mountedSecrets(rules: BuildRules): ReadonlySet<string> | undefined {
  const stages = builtStages(rules);
  if (typeof stages === "string") return undefined;
  const ids = new Set<string>();
  for (const instruction of stages.flatMap(({ instructions }) => instructions)) {
    const read = readFlags(instruction);
    if (read === undefined) return undefined;
    for (const { name, value } of read.flags) {
      const mount = name === "mount" ? readMount(value) : undefined;
      if (mount?.get("type") === "secret") ids.add(idOf(mount));
    }
  }
  return ids;
}

/** The file's name is the id where none is given. */
function idOf(mount: ReadonlyMap<string, string>): string {
  const path = mount.get("target") ?? mount.get("dst") ?? mount.get("destination") ?? "";
  return mount.get("source") ?? mount.get("src") ?? mount.get("id") ?? posix.basename(path);
}
