import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";

import type { ChangeAnswer } from "../../contract/change.ts";
import type { ExperimentItem } from "../../contract/experiment.ts";
import { useChanges } from "../live.ts";
import { experimentQuery, experimentsQuery, fetchExperiments, type Page } from "../queries.ts";
import { mergeFirstPage, replaceItem } from "./merge.ts";

/** Changes that come at once are one look. */
const TOGETHER_MS = 250;
/** More changed rows below the first page than this are left to the next look. */
const LOOKS_AT_MOST = 20;

/** The experiments of a filter, page by page, and true without asking. */
export function useExperiments(filter: string, project: string | undefined) {
  const client = useQueryClient();
  const query = experimentsQuery(filter);
  const list = useInfiniteQuery(query);
  const changed = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const update = (merge: (pages: readonly Page[]) => readonly Page[]): void => {
    client.setQueryData(query.queryKey, (known) => {
      if (known === undefined) return undefined;
      const pages = [...merge(known.pages)];
      return { pages, pageParams: known.pageParams.slice(0, pages.length) };
    });
  };
  const look = async (): Promise<void> => {
    timer.current = undefined;
    const ids = [...changed.current];
    changed.current.clear();
    // In another order, a row that changed may belong anywhere.
    if (new URLSearchParams(filter).has("sort")) {
      await list.refetch();
      return;
    }
    const fresh = await fetchExperiments(filter);
    update((pages) => mergeFirstPage(pages, fresh));
    const below = itemsOf(client.getQueryData(query.queryKey)?.pages ?? []).filter(
      ({ id }) => ids.includes(id) && !fresh.items.some((item) => item.id === id),
    );
    for (const { id } of below.slice(0, LOOKS_AT_MOST)) {
      const item = await client.fetchQuery({ ...experimentQuery(id), staleTime: 0 });
      update((pages) => replaceItem(pages, item));
    }
  };
  useChanges(project, (change: ChangeAnswer | undefined) => {
    if (change === undefined) {
      void list.refetch();
      return;
    }
    changed.current.add(change.id);
    // A look that fails is made up for by the next change, or when the stream opens again.
    timer.current ??= setTimeout(() => void look().catch(() => undefined), TOGETHER_MS);
  });
  return { ...list, items: itemsOf(list.data?.pages ?? []), look };
}

const itemsOf = (pages: readonly Page[]): readonly ExperimentItem[] =>
  pages.flatMap(({ items }) => items);
