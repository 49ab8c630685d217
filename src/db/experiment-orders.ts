import { BadRequestError } from "../core/errors.ts";
import type { ExperimentOrder } from "../core/experiment-store.ts";

/** One of the list's orders: by a value that has an index, and by the sequence where the values are equal. */
export interface Order {
  /** undefined: by the sequence alone. */
  readonly by: { readonly key: string; readonly type: "text" | "timestamptz" } | undefined;
  readonly ascending: boolean;
}

const NAME = { key: "e.name", type: "text" } as const;
/** As the index has it, word for word. */
const FINISHED = { key: "coalesce(e.finished_at, 'infinity')", type: "timestamptz" } as const;

export const ORDERS: Readonly<Record<ExperimentOrder, Order>> = {
  "-createdAt": { by: undefined, ascending: false },
  createdAt: { by: undefined, ascending: true },
  "-name": { by: NAME, ascending: false },
  name: { by: NAME, ascending: true },
  "-finishedAt": { by: FINISHED, ascending: false },
  finishedAt: { by: FINISHED, ascending: true },
};

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
  if (typeof order === "string" && Object.hasOwn(ORDERS, order) && order !== wanted)
    throw new BadRequestError(
      `This cursor belongs to the list with sort=${order}. Begin this one without a cursor.`,
    );
  if (order !== wanted || !isValue(value, ORDERS[wanted]) || !isSequence(sequence))
    throw new BadRequestError(NONE_OF_OURS);
  return { value, sequence };
}

export const NONE_OF_OURS =
  "This cursor is none of ours: take nextCursor of the page before, as it is.";

export const isSequence = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0;

/** What the database can compare, so that a cursor that somebody made up is no error of ours. */
function isValue(value: unknown, { by }: Order): value is string {
  if (typeof value !== "string" || value.includes("\0")) return false;
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
