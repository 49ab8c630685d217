export const COMPARISONS = [">=", "<=", "!=", "=", ">", "<"] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** What an experiment's metric or parameter must be. One that does not have it is not meant, whatever is compared. */
export interface ExperimentCondition {
  readonly of: "metric" | "param";
  readonly name: string;
  readonly comparison: Comparison;
  /** A number in digits; of a parameter also a text, which is only ever equal or not. */
  readonly value: string;
}

/** `metric.accuracy>=0.9`, `param.lr=0.01`; a sentence where it cannot be read. */
export function readCondition(text: string): ExperimentCondition | string {
  const [, of, name, comparison, value] = CONDITION.exec(text) ?? [];
  const known = COMPARISONS.find((each) => each === comparison);
  if ((of !== "metric" && of !== "param") || !name || known === undefined || value === undefined)
    return `"${text}" must be like metric.accuracy>=0.9 or param.lr=0.01.`;
  const isOrder = known !== "=" && known !== "!=";
  if ((of === "metric" || isOrder) && !isNumber(value))
    return `"${text}" compares with ${JSON.stringify(value)}, which is no number.`;
  return { of, name, comparison: known, value };
}

const CONDITION = /^(metric|param)\.([^<>=!]+?)\s*(>=|<=|!=|=|>|<)\s*(\S.*)$/;

/** Also as the database reads it. */
export const isNumber = (text: string): boolean =>
  /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,4})?$/i.test(text) && Number.isFinite(Number(text));
