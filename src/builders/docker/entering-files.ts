import { type BuildRules, builtStages } from "./built-stages.ts";
import type { BuildContext, ContextEntry } from "./context.ts";
import { copySources } from "./copy-sources.ts";
import { sourceMatcher } from "./match-source.ts";

/** What of a context can enter an image. */
export interface EnteringFiles {
  /** Relative to the context. */
  readonly names: ReadonlySet<string>;
  /** Why all of it counts, as the end of a sentence; undefined where it is known what is copied. */
  readonly allBecause: string | undefined;
}

/**
 * The files that COPY and ADD name in the stages that are built, with all below them. What is not understood here, where
 * BuildKit might take more, makes the whole context count.
 */
export function enteringFiles(
  { entries, dockerfile }: Pick<BuildContext, "entries" | "dockerfile">,
  rules: BuildRules,
): EnteringFiles {
  const all = [...entries.values()];
  const sources = sourcesOf(rules);
  if (typeof sources === "string") return everything(all, sources);
  const paths = all.map(({ name, kind }) => ({ name, kind, parts: name.split("/") }));
  const names = new Set<string>();
  for (const source of sources) {
    const standing = sourceMatcher(source);
    for (const { name, kind, parts } of paths) {
      const how = standing(parts);
      if (kind === "symlink" && (how === "above" || how === "itself"))
        return everything(all, `${rules.path} copies ${source}, and ${name} is a link`);
      if (how === "itself" || how === "below") names.add(name);
    }
  }
  for (const { name, kind, content } of all)
    if (kind === "hardlink" && names.has(name)) names.add(content);
  // It says how everything is put together.
  if (!dockerfile.isAdded) names.add(dockerfile.name);
  return { names, allBecause: undefined };
}

function everything(entries: readonly ContextEntry[], because: string): EnteringFiles {
  return { names: new Set(entries.map(({ name }) => name)), allBecause: because };
}

/** The sources of all stages that are built, or why they cannot be told. */
function sourcesOf(rules: BuildRules): ReadonlySet<string> | string {
  const stages = builtStages(rules);
  if (typeof stages === "string") return stages;
  const sources = new Set<string>();
  for (const instruction of stages.flatMap(({ instructions }) => instructions)) {
    const taken = copySources(instruction);
    if (taken.kind === "unclear") return `${rules.path}:${instruction.line} ${taken.because}`;
    for (const source of taken.sources) sources.add(source);
  }
  return sources;
}
