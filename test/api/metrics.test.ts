import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { ExperimentAnswer, ExperimentPage } from "../../src/contract/experiment.ts";
import { ReportAnswer, RunMetricsAnswer, RunResourcesAnswer } from "../../src/contract/metric.ts";
import { Problem } from "../../src/contract/problem.ts";
import type { Experiment } from "../../src/core/experiment.ts";
import type { Run } from "../../src/core/run.ts";
import { hashOfToken } from "../../src/pipeline/verbs/create-token.ts";
import { run as planned } from "./examples.ts";
import { type Api, createTestExperiment, createTestProject, read, startApi } from "./start-api.ts";

const TOKEN = "assay_run_that_reports";

let api: Api;
let own: Experiment;
let run: Run;
let other: Run;
beforeAll(async () => {
  api = await startApi();
  const { database } = api.ports;
  const project = await createTestProject(database);
  own = await createTestExperiment(database, project);
  const { name, engine, priority, plan } = planned();
  const make = async (experimentId: string, token: string): Promise<Run> =>
    database.runs.create({
      experimentId,
      name,
      engine,
      priority,
      plan,
      tokenHash: hashOfToken(token),
    });
  run = await make(own.id, TOKEN);
  other = await make((await createTestExperiment(database, project)).id, "assay_run_other");
});
afterAll(() => api.stop());

const report = (body: unknown, runId = run.id, url = api.url): Promise<Response> =>
  fetch(`${url}/api/v1/runs/${runId}/metrics`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
const metrics = (query = "") =>
  read(RunMetricsAnswer, api.call(`/api/v1/runs/${run.id}/metrics${query}`));

test("a program reports with its run's token, through the run routes as well", async () => {
  const one = await read(ReportAnswer, report({ step: 1, loss: 3, note: "text" }));
  const several = [{ step: 2, loss: "NaN" }, { loss: 1 }, { step: 3 }, { step: 3, loss: 1.5 }];
  const more = await read(ReportAnswer, report(several, run.id, api.runUrl));

  expect(one).toEqual({ stored: 1, skipped: 0, tooMany: [] });
  expect(more).toEqual({ stored: 2, skipped: 2, tooMany: [] });
  expect(await metrics()).toEqual({
    skippedLines: 0,
    items: [
      {
        name: "loss",
        value: 1.5,
        last: { step: 3, value: 1.5 },
        points: [
          [1, 3],
          [2, "NaN"],
          [3, 1.5],
        ],
      },
    ],
  });
});

test("a report that is repeated changes nothing", async () => {
  const before = await metrics();
  await report({ step: 3, loss: 1.5 });

  expect(await metrics()).toEqual(before);
});

test("a run reports its own metrics, and reads none", async () => {
  expect((await report({ step: 1, loss: 1 }, other.id)).status).toBe(403);
  const reading = await fetch(`${api.url}/api/v1/runs/${run.id}/metrics`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  expect(reading.status).toBe(403);
});

test.each([[7], ["text"], [[1]]])("%j is no report, and the answer says so", async (body) => {
  const response = await report(body);

  expect(response.status).toBe(422);
  expect((await read(Problem, response)).detail).toMatch(/\.$/);
});

test("curves are chosen by name, and thinned to what is asked for", async () => {
  const items = Array.from({ length: 3000 }, (_, step) => ({
    step,
    "val/loss": step === 1234 ? 99 : 1,
    "other, too": step,
  }));
  await report(items);

  const [curve, ...others] = (await metrics("?names=val/loss&points=100")).items;
  expect(others).toEqual([]);
  expect(curve?.points.length).toBeLessThanOrEqual(100);
  expect(curve?.points).toContainEqual([1234, 99]);
  const named = await metrics("?names=other,%20too&names=loss&points=10");
  expect(named.items.map(({ name }) => name)).toEqual(["loss", "other, too"]);
  expect((await api.call(`/api/v1/runs/${run.id}/metrics?points=1e9`)).status).toBe(400);
});

test("an experiment shows what it has reached, and the list is sorted and narrowed down by it", async () => {
  await report({ step: 4000, accuracy: 0.9 });
  const list = (query: string) => read(ExperimentPage, api.call(`/api/v1/experiments?${query}`));
  const where = (condition: string) => list(`where=${encodeURIComponent(condition)}`);

  const shown = await read(ExperimentAnswer, api.call(`/api/v1/experiments/${own.id}`));
  expect(shown.metrics).toMatchObject({ accuracy: 0.9, loss: 1.5 });
  expect((await list("sort=-metric.accuracy")).items.map(({ id }) => id)).toEqual([own.id]);
  expect((await list("sort=metric.nothing")).items).toEqual([]);
  expect((await where("metric.accuracy>=0.9")).items).toHaveLength(1);
  expect((await where("metric.accuracy<0.9")).items).toHaveLength(0);
});

test("a condition that cannot be read is a 400 in a sentence", async () => {
  const response = await api.call("/api/v1/experiments?where=accuracy%3E0.9");

  expect(response.status).toBe(400);
  expect((await read(Problem, response)).detail).toMatch(/metric\.accuracy>=0\.9/);
});

test("what replicas used is a curve for each measure of each replica", async () => {
  await api.ports.database.runMetrics.add("resource", [
    {
      runId: run.id,
      experimentId: own.id,
      name: "worker-0/cpus",
      generation: 0,
      points: [
        { step: 1_700_000_000_000, value: 1.5 },
        { step: 1_700_000_005_000, value: 2 },
      ],
    },
  ]);

  const used = await read(
    RunResourcesAnswer,
    api.call(`/api/v1/runs/${run.id}/resources?now=false`),
  );

  expect(used).toEqual({
    items: [],
    curves: [
      {
        replica: "worker-0",
        measure: "cpus",
        points: [
          [1_700_000_000_000, 1.5],
          [1_700_000_005_000, 2],
        ],
      },
    ],
  });
  expect((await metrics()).items.map(({ name }) => name)).not.toContain("worker-0/cpus");
});
