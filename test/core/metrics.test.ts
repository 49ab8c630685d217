import { readFile } from "node:fs/promises";

import { expect, test } from "@jest/globals";

import { METRICS } from "../../src/core/metrics.ts";

const operations = (): Promise<string> =>
  readFile(new URL("../../docs/operations.md", import.meta.url), "utf8");

test("docs/operations.md explains every figure, with its labels, and no other", async () => {
  const rows = [...(await operations()).matchAll(/^\| `(assay_\w+)` \| ([\w, ]*)\|/gm)];
  const told = Object.fromEntries(
    rows.map(([, name, labels = ""]) => [name, labels.split(/[, ]+/).filter(Boolean)]),
  );

  expect(told).toEqual(
    Object.fromEntries(Object.entries(METRICS).map(([name, { labels }]) => [name, labels])),
  );
});

test("alarms ask for figures that there are", async () => {
  const asked = [...(await operations()).matchAll(/assay_\w+/g)].map(([name]) => name);
  const there = new Set(
    Object.entries(METRICS).flatMap(([name, { kind }]) =>
      kind === "histogram" ? [name, `${name}_count`, `${name}_sum`, `${name}_bucket`] : [name],
    ),
  );

  expect(asked.filter((name) => !there.has(name))).toEqual([]);
});

test("names end as Prometheus wants them: counters in _total, times in _seconds", () => {
  const unit = { counter: /_total$/, histogram: /_seconds$/, gauge: /(?<!_total)$/ };

  for (const [name, { kind }] of Object.entries(METRICS)) expect(name).toMatch(unit[kind]);
});
