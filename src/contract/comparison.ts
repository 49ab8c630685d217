import type { ExperimentAnswer } from "./experiment.ts";

/** What one row of a comparison says of each experiment; null where one has nothing of it. */
export interface Difference {
  readonly name: string;
  readonly values: readonly unknown[];
}

/** At most so many experiments are looked at side by side. */
export const MOST_COMPARED = 10;

/** What is known of several experiments, a row for each fact; how long one lasted is written by who shows it. */
export function comparisonOf(
  experiments: readonly ExperimentAnswer[],
  lasted: (experiment: ExperimentAnswer) => string,
): readonly Difference[] {
  const each = experiments.map((experiment) => new Map(factsOf(experiment, lasted(experiment))));
  const names = new Set(each.flatMap((values) => [...values.keys()]));
  return [...names].map((name) => ({
    name,
    values: each.map((values) => values.get(name) ?? null),
  }));
}

export const differs = ({ values }: Difference): boolean =>
  new Set(values.map((value) => JSON.stringify(value))).size > 1;

function* factsOf(
  experiment: ExperimentAnswer,
  lasted: string,
): Generator<readonly [string, unknown]> {
  const { source, image, resources, manifest } = experiment;
  yield ["status", experiment.status];
  yield ["lasted", lasted];
  yield* flattened("params", experiment.params);
  for (const [name, value] of Object.entries(experiment.metrics)) yield [`metrics.${name}`, value];
  yield* flattened("fields", experiment.fields);
  yield ["commit", source.commit];
  yield ["branch", source.branch];
  yield ["message", source.message.split("\n")[0]];
  yield ["manifest", experiment.manifestPath];
  yield ["command", manifest?.spec.command ?? null];
  yield* flattened("env", manifest?.spec.env ?? {});
  yield ["image", image?.digest ?? null];
  yield ["engine", experiment.engine];
  yield* flattened("resources", resources ?? {});
  yield ["tags", experiment.tags];
}

/** `{ a: { b: 1 } }` → `a.b` and its value, so that each has a row of its own. */
function* flattened(prefix: string, value: unknown): Generator<readonly [string, unknown]> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) yield [prefix, value];
  else
    for (const [name, inner] of Object.entries(value)) yield* flattened(`${prefix}.${name}`, inner);
}
