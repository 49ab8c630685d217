import type { ExperimentItem } from "../../contract/experiment.ts";
import { type Column, columnsOf } from "./columns.ts";
import type { Columns } from "./use-columns.ts";

interface ColumnChoiceProps {
  readonly items: readonly ExperimentItem[];
  readonly columns: Columns;
}

/** Of the metrics and parameters that are there, those that become columns. */
export function ColumnChoice({ items, columns: { chosen, toggle } }: ColumnChoiceProps) {
  const there = new Set<Column>([...columnsOf(items), ...chosen]);
  return (
    <details className="relative hidden md:block">
      <summary className="button">Columns{chosen.length > 0 && ` (${chosen.length})`}</summary>
      <div className="absolute right-0 z-20 mt-1 max-h-96 w-72 overflow-auto rounded border border-line bg-page p-2">
        {there.size === 0 && (
          <p className="text-quiet">These experiments have neither metrics nor parameters.</p>
        )}
        {[...there].map((column) => (
          <label key={column} className="flex items-center gap-2 py-0.5">
            <input
              type="checkbox"
              checked={chosen.includes(column)}
              onChange={() => toggle(column)}
            />
            <span className="code min-w-0 break-all">{column}</span>
          </label>
        ))}
      </div>
    </details>
  );
}
