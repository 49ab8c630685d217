import { useSearchParams } from "react-router";

import { EXPERIMENT_STATUSES } from "../../contract/words.ts";

/** What the address may say of the list; the API means the same by these. */
export const FILTERS = [
  "project",
  "engine",
  "status",
  "branch",
  "author",
  "tag",
  "q",
  "archived",
  "where",
  "sort",
] as const;
export type FilterName = (typeof FILTERS)[number];

/** The filter is the address's query; what that says beyond it is left out. */
export function useFilter() {
  const [parameters, setParameters] = useSearchParams();
  const known = new URLSearchParams();
  for (const name of FILTERS) {
    const value = parameters.get(name);
    if (value === null || value === "") continue;
    if (name === "status" && !EXPERIMENT_STATUSES.some((status) => status === value)) continue;
    known.set(name, value);
  }
  const set = (name: FilterName, value: string): void => {
    setParameters(
      (current) => {
        const next = new URLSearchParams(current);
        if (value === "") next.delete(name);
        else next.set(name, value);
        return next;
      },
      // Letters of a search are no places to go back to.
      { replace: name === "q" },
    );
  };
  return { query: known.toString(), get: (name: FilterName) => known.get(name) ?? "", set };
}
