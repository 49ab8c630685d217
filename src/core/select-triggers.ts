import { matchesGlob } from "./branch-globs.ts";
import type { Overrides } from "./experiment.ts";
import type { ProjectSettings } from "./project.ts";
import type { Commit } from "./repository.ts";
import { readTrigger } from "./trigger.ts";

/** An experiment that a push asks for. */
export interface Trigger {
  readonly commit: Commit;
  readonly selector: string | undefined;
  readonly overrides: Overrides;
  readonly tags: readonly string[];
}

export interface Selection {
  readonly triggers: readonly Trigger[];
  /** A sentence for each tagged commit that starts nothing, and for each that nearly did. */
  readonly reasons: readonly string[];
}

/** At most so many are started by one push: the newest. */
export const MOST_STARTED = 20;

/** Which experiments the new commits of a push, oldest first, ask for; pure. */
export function selectTriggers(
  commits: readonly Commit[],
  { trigger: mode, commits: which }: Pick<ProjectSettings, "trigger" | "commits">,
): Selection {
  const reasons: string[] = [];
  const asked: Trigger[] = [];
  for (const commit of which === "head" ? commits.slice(-1) : commits) {
    const verdict = readTrigger(commit.message, mode);
    const short = commit.id.slice(0, 7);
    switch (verdict.kind) {
      case "none":
        break;
      case "near-miss":
      case "skipped":
      case "refused":
        reasons.push(`${short}: ${verdict.reason}`);
        break;
      case "start":
        reasons.push(...verdict.warnings.map((warning) => `${short}: ${warning}`));
        for (const selector of verdict.selectors)
          asked.push({
            commit,
            selector,
            overrides: verdict.overrides,
            tags: verdict.tags,
          });
    }
  }
  const left = asked.slice(0, -MOST_STARTED);
  if (left.length > 0) {
    const which = [...new Set(left.map(({ commit }) => commit.id.slice(0, 7)))];
    reasons.push(
      `A push starts at most ${MOST_STARTED} experiments; not started: ${which.join(", ")}. Submit them by hand if you want them.`,
    );
  }
  return { triggers: asked.slice(-MOST_STARTED), reasons };
}

/** Whether a project listens to this ref; undefined where it does, else why not. */
export function refFault(
  ref: string,
  { branches, tags }: Pick<ProjectSettings, "branches" | "tags">,
): string | undefined {
  if (ref.startsWith("refs/tags/"))
    return tags
      ? undefined
      : "Pushes of tags start nothing here; the project's setting `tags` changes that.";
  const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
  if (branch === undefined) return `${ref} is neither a branch nor a tag.`;
  if (branches.length === 0 || branches.some((glob) => matchesGlob(branch, glob))) return undefined;
  return `Branch ${branch} matches none of the project's branches: ${branches.join(", ")}.`;
}
