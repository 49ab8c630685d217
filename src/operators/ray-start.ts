import { RAY_START_OURS } from "../core/operator.ts";
import { shellWord } from "../core/shell-word.ts";

/** Options of `ray start` that take true or false as their value; all others that are true or false are switches. */
const TAKES_TRUTH = new Set(["log-color", "include-dashboard"]);

/** What a node is and where: the manifest has no say in it. */
const OURS: ReadonlySet<string> = new Set(RAY_START_OURS);

/** A `ray start` with the manifest's options, as KubeRay reads them, and what is its `own`. */
export function rayStart(
  own: readonly string[],
  params: Readonly<Record<string, string>> = {},
): string {
  const options = Object.entries(params).flatMap(([name, value]) => {
    if (OURS.has(name)) return [];
    if (TAKES_TRUTH.has(name) || !/^(true|false)$/i.test(value))
      return [shellWord(`--${name}=${value}`)];
    return value.toLowerCase() === "true" ? [shellWord(`--${name}`)] : [];
  });
  return ["ray start", ...options, ...own].join(" ");
}
