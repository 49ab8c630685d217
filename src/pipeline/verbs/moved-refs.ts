import type { Ref } from "../../core/repository.ts";
import { NO_COMMIT } from "./new-commits.ts";

/** A ref that is not where it was. */
export interface MovedRef {
  readonly ref: string;
  /** 40 zeros where it is new. */
  readonly before: string;
  /** 40 zeros where it was deleted. */
  readonly after: string;
}

/** What moved between what a project has seen and what its repository has now. */
export function movedRefs(
  seen: readonly { readonly ref: string; readonly commit: string }[],
  refs: readonly Ref[],
): readonly MovedRef[] {
  const known = new Map(seen.map(({ ref, commit }) => [ref, commit]));
  const there = new Set(refs.map(({ name }) => name));
  const moved = refs
    .filter(({ name, commit }) => known.get(name) !== commit)
    .map(({ name: ref, commit: after }) => ({ ref, before: known.get(ref) ?? NO_COMMIT, after }));
  const deleted = [...known]
    .filter(([ref]) => !there.has(ref))
    .map(([ref, before]) => ({ ref, before, after: NO_COMMIT }));
  return [...moved, ...deleted];
}
