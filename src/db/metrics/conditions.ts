import { type ExperimentCondition, isNumber } from "../../core/experiment-condition.ts";

export interface Narrower {
  readonly where: readonly string[];
  readonly bindings: Readonly<Record<string, string>>;
}

/** What the list must fulfil of an experiment `e`. The comparisons are a closed list: they may stand in SQL. */
export function narrowBy(conditions: readonly ExperimentCondition[]): Narrower {
  return {
    where: conditions.map(sqlOf),
    bindings: Object.fromEntries(
      conditions.flatMap(({ name, value }, index) => [
        [`name${index}`, name],
        [`value${index}`, value],
      ]),
    ),
  };
}

function sqlOf({ of, comparison, value }: ExperimentCondition, index: number): string {
  const sign = comparison === "!=" ? "<>" : comparison;
  const param = `(e.params ->> :name${index})`;
  if (of === "metric")
    return `exists (select from metrics where experiment_id = e.id and kind = 'reported' and name = :name${index}
                      and value ${sign} :value${index}::float8 and value <> 'NaN')`;
  if (!isNumber(value)) return `${param} ${sign} :value${index}`;
  // A number as it is written: 0.10 is 0.1, also where the parameter came as a text.
  return `case when ${param} ~ '^[+-]{0,1}([0-9]+[.]{0,1}[0-9]*|[.][0-9]+)(e[+-]{0,1}[0-9]{1,4}){0,1}$'
               then ${param}::numeric ${sign} :value${index}::numeric else ${comparison === "!="} end`;
}
