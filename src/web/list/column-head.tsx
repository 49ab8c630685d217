import { type Column, nameOf } from "./columns.ts";

export interface Sort {
  /** As the address has it; empty is newest first. */
  readonly by: string;
  readonly set: (by: string) => void;
}

interface ColumnHeadProps {
  readonly column: Column;
  readonly sort: Sort;
}

/** The head of a metric sorts: the greatest first, the least first, and not at all. */
export function ColumnHead({ column, sort }: ColumnHeadProps) {
  const order = sort.by === `-${column}` ? "descending" : sort.by === column ? "ascending" : "none";
  const { next, sign, does } = ORDERS[order];
  const name = nameOf(column);
  if (column.startsWith("param."))
    return (
      <th className={HEAD} title={column}>
        {name}
      </th>
    );
  return (
    <th className={HEAD} title={column} aria-sort={order}>
      <button
        type="button"
        className="max-w-full cursor-pointer overflow-hidden text-ellipsis"
        title={`${column}: ${does}`}
        onClick={() => sort.set(next(column))}
      >
        {sign}
        {name}
      </button>
    </th>
  );
}

const HEAD =
  "hidden w-24 overflow-hidden px-2 text-right font-medium text-ellipsis whitespace-nowrap md:table-cell";

const ORDERS = {
  none: { next: (by: string) => `-${by}`, sign: "", does: "the greatest first" },
  descending: { next: (by: string) => by, sign: "↓ ", does: "the least first" },
  ascending: { next: () => "", sign: "↑ ", does: "the newest first again" },
} as const;
