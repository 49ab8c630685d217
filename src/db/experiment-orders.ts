import { BadRequestError } from "../core/errors.ts";
import { isNumber } from "../core/experiment-condition.ts";
import { type ExperimentOrder, isMetricOrder, type MetricOrder } from "../core/experiment-store.ts";

/** One of the list's orders: by a value that has an index, and by the sequence where the values are equal. */
export interface Order {
  /** undefined: by the sequence alone. */
  readonly by:
    | { readonly key: string; readonly type: "text" | "timestamptz" | "float8" }
    | undefined;
  /** Of what is not in the experiment's own row: joined by this name of a metric. */
  readonly metric?: string;
  readonly ascending: boolean;
}

const NAME = { key: "e.name", type: "text" } as const;
/** As the index has it, word for word. */
const FINISHED = { key: "coalesce(e.finished_at, 'infinity')", type: "timestamptz" } as const;

const ORDERS: Readonly<Record<Exclude<ExperimentOrder, MetricOrder>, Order>> = {
  "-createdAt": { by: undefined, ascending: false },
  createdAt: { by: undefined, ascending: true },
  "-name": { by: NAME, ascending: false },
  name: { by: NAME, ascending: true },
  "-finishedAt": { by: FINISHED, ascending: false },
  finishedAt: { by: FINISHED, ascending: true },
};

export function orderOf(order: ExperimentOrder): Order {
  if (!isMetricOrder(order)) return ORDERS[order];
  const ascending = !order.startsWith("-");
  const metric = order.slice(order.indexOf(".") + 1);
  return { by: { key: "m.value", type: "float8" }, ascending, metric };
}

/** Beside an experiment `e`. */
export const METRIC_JOIN = `join metrics m on m.experiment_id = e.id and m.kind = 'reported' and m.name = :metric
                              and m.value <> 'NaN'`;

/** Where a page ended. The value is text, so that microseconds survive. */
export interface Place {
  readonly value: string;
  readonly sequence: number;
}

/** Opaque to callers. */
export const writePlace = ({ value, sequence }: Place, order: ExperimentOrder): string =>
  Buffer.from(JSON.stringify([order, value, sequence])).toString("base64url");

export function readPlace(cursor: string, wanted: ExperimentOrder): Place {
  const [order, value, sequence] = listIn(Buffer.from(cursor, "base64url").toString());
  if (typeof order === "string" && isOrder(order) && order !== wanted)
    throw new BadRequestError(
      `This cursor belongs to the list with sort=${order}. Begin this one without a cursor.`,
    );
  if (order !== wanted || !isValue(value, orderOf(wanted)) || !isSequence(sequence))
    throw new BadRequestError(NONE_OF_OURS);
  return { value, sequence };
}

export const NONE_OF_OURS =
  "This cursor is none of ours: take nextCursor of the page before, as it is.";

export const isSequence = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0;

const isOrder = (text: string): boolean => isMetricOrder(text) || Object.hasOwn(ORDERS, text);

/** What the database can compare, so that a cursor that somebody made up is no error of ours. */
function isValue(value: unknown, { by }: Order): value is string {
  if (typeof value !== "string" || value.includes("\0")) return false;
  if (by?.type === "float8") return /^-?Infinity$/.test(value) || isNumber(value);
  if (by?.type !== "timestamptz") return true;
  return /^(infinity|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?)$/.test(value);
}

function listIn(text: string): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}
