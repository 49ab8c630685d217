import { createHash } from "node:crypto";
import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { HOOK_DESCRIPTOR } from "./git-service.ts";

/**
 * Both hooks: tells the server what is pushed, prints what it says, and lets git go on or not. Shell builtins only, so
 * that it costs one process. Its line to the server is a descriptor that it inherits: if the server is gone, writing
 * fails and reading ends at once. How long it may take is the server's to say; it always answers.
 */
const SCRIPT = `#!/bin/sh
hook=\${0##*/}
stored='Your push is stored; its experiments will be started when Assay is back.'
lost() {
  test "$hook" = post-receive || echo 'Assay went away before it took the push: nothing is stored. Push again in a moment.' >&2
  test "$hook" = pre-receive || echo "$stored" >&2
  exit 1
}
trap lost PIPE
{
  printf 'hook %s\\n' "$hook" || lost
  while IFS= read -r line; do
    printf 'ref %s\\n' "$line" || lost
  done
  printf 'end\\n' || lost
} >&${HOOK_DESCRIPTOR}
while IFS= read -r line <&${HOOK_DESCRIPTOR}; do
  case $line in
    accept) exit 0 ;;
    refuse) exit 1 ;;
    'say '*) printf '%s\\n' "\${line#say }" ;;
  esac
done
lost
`;

const HOOKS = ["pre-receive", "post-receive"];

/** Writes the hooks into a folder of their content's name and answers it: servers of two versions do not meet. */
export async function installHooks(folder: string): Promise<string> {
  const version = createHash("sha256").update(SCRIPT).digest("hex").slice(0, 16);
  const hooks = join(folder, `.hooks-${version}`);
  await mkdir(hooks, { recursive: true });
  for (const hook of HOOKS) {
    const temporary = join(hooks, `.${hook}-${crypto.randomUUID()}`);
    await writeFile(temporary, SCRIPT);
    await chmod(temporary, 0o755);
    await rename(temporary, join(hooks, hook));
  }
  return hooks;
}
