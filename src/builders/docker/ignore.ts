import { setImmediate } from "node:timers/promises";
import { runInNewContext } from "node:vm";

import dockerignore from "@balena/dockerignore";

import { BuildFailedError } from "../../core/errors.ts";
import { reasonOf } from "./caught.ts";

/** A pattern is a regular expression in the end, and one can be written that takes for ever on one name. */
const batchLimitMilliseconds = 1_000;
const batchSize = 500;

/** Which of these paths, relative to the context, a .dockerignore leaves out. */
export async function findIgnored(
  file: { readonly path: string; readonly text: string },
  paths: readonly string[],
): Promise<ReadonlySet<string>> {
  const ignored = new Set<string>();
  try {
    const rules = dockerignore.default({ ignorecase: false }).add(literal(file.text));
    for (let start = 0; start < paths.length; start += batchSize) {
      const batch = paths.slice(start, start + batchSize);
      const match = (): void => {
        for (const path of batch) if (rules.ignores(path)) ignored.add(path);
      };
      runInNewContext("match()", { match }, { timeout: batchLimitMilliseconds });
      await setImmediate();
    }
  } catch (error) {
    throw new BuildFailedError(
      `${file.path} has a pattern that cannot be matched: ${reasonOf(error)}. Write it with fewer wildcards and brackets.`,
    );
  }
  return ignored;
}

/** The library hands on what is special in its regular expressions, but is an ordinary character to Docker. */
function literal(text: string): string {
  return text
    .replace(/^\uFEFF/, "")
    .replaceAll(/\\.|[(){}+|]/g, (found) => (found.length > 1 ? found : `\\${found}`));
}
