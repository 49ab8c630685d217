import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { ChangeAnswer } from "../../src/contract/change.ts";
import type { Project } from "../../src/core/project.ts";
import { type Api, createTestExperiment, createTestProject, startApi } from "./start-api.ts";
import { eventsOf } from "./streams.ts";

let api: Api;
let digits: Project;
let letters: Project;
beforeAll(async () => {
  api = await startApi();
  digits = await createTestProject(api.ports.database);
  letters = await createTestProject(api.ports.database, { slug: "letters" });
});
afterAll(() => api.stop());

const hint = ({ id, projectId }: { readonly id: string; readonly projectId: string }) =>
  api.ports.events.publish({ kind: "experiment", experimentId: id, projectId });

test("an experiment's stream begins with how it stands and goes on with what changes", async () => {
  const { database } = api.ports;
  const experiment = await createTestExperiment(database, digits);
  const stream = eventsOf(
    await api.call(`/api/v1/experiments/digits%23${experiment.number}/events`),
  );

  const first = await stream.next();
  await database.experiments.advance(experiment, {
    step: "Waiting",
    status: "Running",
    note: "2nd",
  });
  await hint(experiment);
  const second = await stream.next();
  await stream.return(undefined);

  expect(first.value).toMatchObject({ event: "changed", data: { status: "Created" } });
  expect(ChangeAnswer.parse(second.value?.data)).toMatchObject({
    id: experiment.id,
    project: { slug: "digits" },
    status: "Processing",
    step: "Waiting",
    stepStatus: "Running",
    note: "2nd",
  });
});

test("a project's stream tells of its own experiments alone", async () => {
  const own = await createTestExperiment(api.ports.database, letters);
  const foreign = await createTestExperiment(api.ports.database, digits);
  const stream = eventsOf(await api.call("/api/v1/events?project=letters"));

  await hint(foreign);
  await hint(own);
  const { value } = await stream.next();
  await stream.return(undefined);

  expect(value).toMatchObject({ data: { id: own.id } });
});

test("a stream of a project that is not there is a 404, as any other call", async () => {
  expect((await api.call("/api/v1/events?project=nothing")).status).toBe(404);
  expect((await api.call("/api/v1/experiments/nothing/events")).status).toBe(404);
});
