import { useCallback, useState } from "react";

import { Problem } from "../components/problem.tsx";
import { BulkBar } from "../list/bulk-bar.tsx";
import { ColumnChoice } from "../list/column-choice.tsx";
import { Empty } from "../list/empty.tsx";
import { Filters } from "../list/filters.tsx";
import { Table } from "../list/table.tsx";
import { useColumns } from "../list/use-columns.ts";
import { useExperiments } from "../list/use-experiments.ts";
import { useFilter } from "../list/use-filter.ts";

export function ExperimentsPage() {
  const filter = useFilter();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const project = filter.get("project");
  const list = useExperiments(filter.query, project === "" ? undefined : project);
  const { items } = list;
  const columns = useColumns();
  const sort = { by: filter.get("sort"), set: (by: string) => filter.set("sort", by) };
  const select = useCallback((id: string, isSelected: boolean): void => {
    setSelected((before) => {
      const after = new Set(before);
      if (isSelected) after.add(id);
      else after.delete(id);
      return after;
    });
  }, []);
  const nextPage = (): void => {
    if (list.hasNextPage && !list.isFetching) void list.fetchNextPage();
  };
  const isEmpty = list.isSuccess && items.length === 0;
  return (
    <main className="flex min-h-0 flex-1 flex-col">
      <title>Experiments · Assay</title>
      <h1 className="sr-only">Experiments</h1>
      <Filters filter={filter}>
        <ColumnChoice items={items} columns={columns} />
      </Filters>
      {list.isError && <Problem error={list.error} />}
      {isEmpty && onlyProject(filter.query) && <Empty project={project} />}
      {isEmpty && !onlyProject(filter.query) && (
        <p className="p-6 text-quiet">No experiment is like this. Take a filter away.</p>
      )}
      {items.length > 0 && (
        <Table
          items={items}
          columns={columns.chosen}
          sort={sort}
          selected={selected}
          onSelect={select}
          onNearEnd={nextPage}
        />
      )}
      <BulkBar
        items={items.filter(({ id }) => selected.has(id))}
        onDone={() => {
          setSelected(new Set());
          void list.look().catch(() => undefined);
        }}
      />
    </main>
  );
}

const onlyProject = (query: string): boolean =>
  [...new URLSearchParams(query).keys()].every((name) => name === "project");
