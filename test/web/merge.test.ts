import { expect, test } from "@jest/globals";

import type { ExperimentItem } from "../../src/contract/experiment.ts";
import { mergeFirstPage, replaceItem } from "../../src/web/list/merge.ts";

/** A row of the list, created in that minute; only these fields count here. */
const row = (minute: number, name = `at ${minute}`): ExperimentItem =>
  ({
    id: `id-${minute}`,
    name,
    createdAt: `2026-01-01T00:${String(minute).padStart(2, "0")}:00.000Z`,
  }) as ExperimentItem;
const page = (nextCursor: string | null, ...items: readonly ExperimentItem[]) => ({
  items: [...items],
  nextCursor,
});
const idsOf = (pages: ReturnType<typeof mergeFirstPage>) =>
  pages.map(({ items }) => items.map(({ id }) => id));

test("new rows come first, and what fell off the first page is not lost", () => {
  const known = [page("c8", row(9), row(8)), page("c6", row(7), row(6))];

  const merged = mergeFirstPage(known, page("c9", row(10), row(9)));

  expect(idsOf(merged)).toEqual([
    ["id-10", "id-9", "id-8"],
    ["id-7", "id-6"],
  ]);
  expect(merged.map(({ nextCursor }) => nextCursor)).toEqual(["c8", "c6"]);
});

test("a row that the filter no longer lets in disappears", () => {
  const known = [page("c7", row(9), row(8), row(7))];

  expect(idsOf(mergeFirstPage(known, page("c7", row(9), row(7))))).toEqual([["id-9", "id-7"]]);
});

test("a first page that is the last replaces everything", () => {
  const known = [page("c8", row(9), row(8)), page(null, row(7))];

  expect(idsOf(mergeFirstPage(known, page(null, row(9))))).toEqual([["id-9"]]);
});

test("a row changes where it stands, on whatever page", () => {
  const known = [page("c9", row(9)), page(null, row(8))];

  expect(replaceItem(known, row(8, "changed"))[1]?.items[0]?.name).toBe("changed");
});
