import type { ExperimentItem } from "../../contract/experiment.ts";
import { PAGES } from "../../contract/pages.ts";

/** As the API reads it: `digits/12`. */
export const referenceOf = ({
  project,
  number,
}: Pick<ExperimentItem, "project" | "number">): string => `${project.slug}/${number}`;

export function comparePath(
  experiments: readonly Pick<ExperimentItem, "project" | "number">[],
): string {
  return comparePathOf(experiments.map(referenceOf));
}

/** Slashes stay what they are: they need no escape in a query. */
export const comparePathOf = (references: readonly string[]): string =>
  `${PAGES.compare}?${references
    .map((reference) => `id=${encodeURIComponent(reference).replaceAll("%2F", "/")}`)
    .join("&")}`;
