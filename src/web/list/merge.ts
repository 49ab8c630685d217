import type { ExperimentItem } from "../../contract/experiment.ts";
import type { Page } from "../queries.ts";

/**
 * The list with its first page asked for anew. New rows come first; rows that the new page should hold and does not
 * are gone; older rows and the cursors behind them stay as they are.
 */
export function mergeFirstPage(pages: readonly Page[], fresh: Page): readonly Page[] {
  const [first, ...rest] = pages;
  const oldest = fresh.items.at(-1);
  if (first === undefined || fresh.nextCursor === null || oldest === undefined) return [fresh];
  const isNew = new Set(fresh.items.map(({ id }) => id));
  const isOlder = (item: ExperimentItem): boolean =>
    !isNew.has(item.id) && item.createdAt <= oldest.createdAt;
  return [
    { items: [...fresh.items, ...first.items.filter(isOlder)], nextCursor: first.nextCursor },
    ...rest.map(({ items, nextCursor }) => ({ items: items.filter(isOlder), nextCursor })),
  ];
}

/** One row as it is now. */
export function replaceItem(pages: readonly Page[], item: ExperimentItem): readonly Page[] {
  return pages.map(({ items, nextCursor }) => ({
    items: items.map((each) => (each.id === item.id ? item : each)),
    nextCursor,
  }));
}
