import { useVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef } from "react";

import type { ExperimentItem } from "../../contract/experiment.ts";
import { ColumnHead, type Sort } from "./column-head.tsx";
import type { Column } from "./columns.ts";
import { Row } from "./row.tsx";

const ROW_PIXELS = 36;
/** So many rows before the end, the next page is asked for. */
const AHEAD = 30;

interface TableProps {
  readonly items: readonly ExperimentItem[];
  readonly columns: readonly Column[];
  readonly sort: Sort;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (id: string, isSelected: boolean) => void;
  readonly onNearEnd: () => void;
}

/** A table of any length, of which only the rows in sight exist. */
export function Table({ items, columns, sort, selected, onSelect, onNearEnd }: TableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const first = useRef<string>(undefined);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PIXELS,
    getItemKey: (index) => items[index]?.id ?? index,
    overscan: 12,
    // Scrolling goes on while rows are made.
    useFlushSync: false,
    onChange: ({ range }) => {
      if (range !== null && range.endIndex > items.length - AHEAD) onNearEnd();
    },
  });
  // Rows that come at the top move nothing of what one has scrolled to.
  useLayoutEffect(() => {
    const added = items.findIndex(({ id }) => id === first.current);
    first.current = items[0]?.id;
    const element = scroller.current;
    if (element !== null && element.scrollTop > 0 && added > 0)
      element.scrollBy(0, added * ROW_PIXELS);
  }, [items]);
  const shown = rows.getVirtualItems();
  const before = shown.at(0)?.start ?? 0;
  const after = rows.getTotalSize() - (shown.at(-1)?.end ?? 0);
  return (
    <div
      ref={scroller}
      className="min-h-0 flex-1 overflow-auto"
      tabIndex={0}
      role="region"
      aria-label="Experiments"
    >
      <table className="w-full table-fixed border-collapse" aria-rowcount={items.length + 1}>
        <thead className="sticky top-0 z-10 bg-panel text-left text-quiet">
          <tr className="h-8">
            <th className="hidden w-10 pl-4 sm:table-cell">
              <span className="sr-only">Select</span>
            </th>
            <th className={`${HEAD} w-28 md:w-40`}>Experiment</th>
            <th className={`${HEAD} w-32 md:w-46`}>Status</th>
            {/* With columns of one's own the table may become wider than the page, and scrolls. */}
            <th className={`${HEAD} ${columns.length > 0 ? "md:w-72" : ""}`}>Name</th>
            {columns.map((column) => (
              <ColumnHead key={column} column={column} sort={sort} />
            ))}
            <th className={`${HEAD} hidden w-20 md:table-cell`}>Commit</th>
            <th className={`${HEAD} hidden w-32 lg:table-cell`}>Branch</th>
            <th className={`${HEAD} hidden w-24 lg:table-cell`}>Author</th>
            <th className={`${HEAD} hidden w-36 xl:table-cell`}>Resources</th>
            <th className={`${HEAD} hidden w-22 text-right sm:table-cell`}>Duration</th>
            <th className={`${HEAD} hidden w-32 xl:table-cell`}>Tags</th>
          </tr>
        </thead>
        <tbody>
          {before > 0 && <Spacer height={before} />}
          {shown.map(({ index, key }) => {
            const item = items[index];
            return (
              item !== undefined && (
                <Row
                  key={key}
                  item={item}
                  columns={columns}
                  isSelected={selected.has(item.id)}
                  onSelect={onSelect}
                />
              )
            );
          })}
          {after > 0 && <Spacer height={after} />}
        </tbody>
      </table>
    </div>
  );
}

const HEAD = "px-2 font-medium";

function Spacer({ height }: { readonly height: number }) {
  return (
    <tr aria-hidden="true">
      {/* oxlint-disable-next-line jsx-a11y/control-has-associated-label -- it stands for rows that are not there */}
      <td style={{ height }} />
    </tr>
  );
}
