import { useMemo } from "react";
import { useSearchParams } from "react-router";

import { type Column, isColumn } from "./columns.ts";

export interface Columns {
  readonly chosen: readonly Column[];
  readonly toggle: (column: Column) => void;
}

/** Which metrics and parameters are columns of the list: the address says it, so that a link shows the same. */
export function useColumns(): Columns {
  const [parameters, setParameters] = useSearchParams();
  const written = JSON.stringify(parameters.getAll("column"));
  const chosen = useMemo(() => {
    const names: readonly string[] = JSON.parse(written);
    return names.filter(isColumn);
  }, [written]);
  const toggle = (column: Column): void =>
    setParameters(
      (current) => {
        const next = new URLSearchParams(current);
        if (chosen.includes(column)) next.delete("column", column);
        else next.append("column", column);
        return next;
      },
      { replace: true },
    );
  return { chosen, toggle };
}
