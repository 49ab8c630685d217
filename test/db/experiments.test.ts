import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { Database } from "../../src/core/database.ts";
import { BadRequestError, ConflictError, StaleExperimentError } from "../../src/core/errors.ts";
import type { Experiment, NewExperiment } from "../../src/core/experiment.ts";
import type { Project } from "../../src/core/project.ts";
import { addProject, openStores, pushed } from "../support/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

let postgres: TestDatabase;
let database: Database;
let project: Project;

beforeEach(async () => {
  postgres = await createTestDatabase();
  database = await openStores(postgres);
  project = await addProject(database);
});
afterEach(() => postgres.drop());

const commitId = (digit: number): string => String(digit).padStart(40, "0");

async function create(experiment: NewExperiment): Promise<Experiment> {
  const made = await database.experiments.create(experiment);
  if (made === undefined) throw new Error("it was there already");
  return made;
}

test("experiments are numbered within their project, from 1", async () => {
  const other = await addProject(database, "letters");

  const numbers = [
    await create(pushed(project, commitId(1))),
    await create(pushed(project, commitId(2))),
    await create(pushed(other, commitId(1))),
  ].map(({ projectSlug, number }) => `${projectSlug}#${number}`);

  expect(numbers).toEqual(["digits#1", "digits#2", "letters#1"]);
});

test("a push makes one experiment of a commit and manifest, also after it was deleted", async () => {
  const first = await create(pushed(project, commitId(1)));
  await database.experiments.advance(first, { step: "Waiting", status: "Cancelled" });
  await database.experiments.delete(first.id);

  expect(await database.experiments.create(pushed(project, commitId(1)))).toBeUndefined();
  expect(await database.experiments.findPushed(project.id, commitId(1), undefined)).toMatchObject({
    number: 1,
  });
  const other = pushed(project, commitId(1), { manifestSelector: "b.yaml" });
  expect(await database.experiments.create(other)).toBeDefined();
});

test("a push that comes again uses up no number", async () => {
  await create(pushed(project, commitId(1)));
  await database.experiments.create(pushed(project, commitId(1)));

  expect(await create(pushed(project, commitId(2)))).toMatchObject({ number: 2 });
});

test("twenty pushes of one commit at once make one experiment", async () => {
  const made = await Promise.all(
    Array.from({ length: 20 }, () => database.experiments.create(pushed(project, commitId(1)))),
  );

  expect(made.filter((each) => each !== undefined)).toHaveLength(1);
});

test("a move is refused where the experiment has moved already", async () => {
  const experiment = await create(pushed(project, commitId(1)));
  const move = { step: "Cloning", status: "Running" } as const;
  await database.experiments.advance(experiment, move);

  await expect(database.experiments.advance(experiment, move)).rejects.toThrow(
    StaleExperimentError,
  );
});

test("every move is in the history, with the step that was left", async () => {
  const experiment = await create(pushed(project, commitId(1)));

  await database.experiments.advance(experiment, {
    step: "Cloning",
    status: "Running",
    leaves: { step: "Waiting", status: "Succeeded", note: "its turn" },
  });

  expect(await database.experiments.history(experiment.id)).toMatchObject([
    { step: "Waiting", status: "Initialize" },
    { step: "Waiting", status: "Succeeded", note: "its turn" },
    { step: "Cloning", status: "Running" },
  ]);
});

test("steps that are to be done again are as they were made", async () => {
  const experiment = await create(pushed(project, commitId(1)));
  await database.experiments.advance(experiment, { step: "Running", status: "Running" });

  await database.experiments.advance(
    { ...experiment, step: "Running", stepStatus: "Running" },
    {
      step: "Building",
      status: "Running",
      leaves: { step: "Running", status: "Initialize", note: "the image is gone" },
      undoes: ["Submitting"],
    },
  );

  expect((await database.experiments.history(experiment.id)).slice(2)).toMatchObject([
    { step: "Submitting", status: "Initialize" },
    { step: "Running", status: "Initialize", note: "the image is gone" },
    { step: "Building", status: "Running" },
  ]);
});

test("a first look that met a fault of the platform has not begun the step", async () => {
  const experiment = await create(pushed(project, commitId(1)));

  await database.experiments.retryStep(experiment, "trying again in 1 s: the disk is away");

  expect(await database.experiments.find(experiment.id)).toMatchObject({
    stepStatus: "Initialize",
    stepAttempt: 2,
  });
  expect(await database.experiments.history(experiment.id)).toMatchObject([
    { step: "Waiting", status: "Initialize", attempt: 1 },
    {
      step: "Waiting",
      status: "Initialize",
      attempt: 2,
      note: expect.stringMatching(/^trying again/),
    },
  ]);
});

test("a finished experiment cannot be cancelled or moved any more", async () => {
  const experiment = await create(pushed(project, commitId(1)));
  const exception = { kind: "ManifestMissing", message: "There is no manifest." };
  await database.experiments.advance(experiment, { step: "Waiting", status: "Failed", exception });

  expect(await database.experiments.requestCancel(experiment.id, false)).toBe(false);
  expect(await database.experiments.find(experiment.id)).toMatchObject({
    stepStatus: "Failed",
    exception: { ...exception, at: expect.any(String) },
  });
});

test("an experiment is found by id, prefix, number and name", async () => {
  const experiment = await create(pushed(project, commitId(1), { name: "wide layers" }));
  const { resolve } = { resolve: (reference: string) => database.experiments.resolve(reference) };

  for (const reference of [
    experiment.id,
    experiment.id.slice(0, 6),
    experiment.id.slice(0, 11).toUpperCase(),
    "digits#1",
    "digits/1",
    "wide layers",
  ])
    expect(await resolve(reference)).toMatchObject({ id: experiment.id });
  expect(await resolve("digits#2")).toBeUndefined();
  expect(await resolve("nothing")).toBeUndefined();
});

test("a name that several experiments have is refused, naming them", async () => {
  await create(pushed(project, commitId(1)));
  await create(pushed(project, commitId(2)));

  const resolved = database.experiments.resolve("baseline");

  await expect(resolved).rejects.toThrow(ConflictError);
  await expect(resolved).rejects.toThrow("digits#2, digits#1");
});

test("pages follow each other without gap or repeat, also while experiments arrive", async () => {
  for (let digit = 1; digit <= 5; digit += 1) await create(pushed(project, commitId(digit)));

  const first = await database.experiments.list({}, { limit: 2 });
  await create(pushed(project, commitId(6)));
  const second = await database.experiments.list({}, { limit: 2, cursor: first.nextCursor });
  const third = await database.experiments.list({}, { limit: 2, cursor: second.nextCursor });

  const numbers = [first, second, third].flatMap(({ items }) => items.map(({ number }) => number));
  expect(numbers).toEqual([5, 4, 3, 2, 1]);
  expect(third.nextCursor).toBeUndefined();
  await expect(database.experiments.list({}, { limit: 2, cursor: "x" })).rejects.toThrow(
    BadRequestError,
  );
});

test("the list is narrowed by tag, branch, author and words", async () => {
  await create(pushed(project, commitId(1), { tags: ["wide", "slow"] }));
  await create(
    pushed(project, commitId(2), {
      source: {
        kind: "commit",
        commit: commitId(2),
        branch: "deep",
        message: "exp: lower the learning-rate",
        author: { name: "Grace 100%", email: "grace@example.org" },
      },
    }),
  );
  const numbers = async (filter: Parameters<Database["experiments"]["list"]>[0]) =>
    (await database.experiments.list(filter, { limit: 10 })).items.map(({ number }) => number);

  expect(await numbers({ tag: ["wide"] })).toEqual([1]);
  expect(await numbers({ tag: ["wide", "fast"] })).toEqual([]);
  expect(await numbers({ branch: "deep" })).toEqual([2]);
  expect(await numbers({ author: "100%" })).toEqual([2]);
  expect(await numbers({ query: "learn rate" })).toEqual([2]);
  expect(await numbers({ query: "x' | !" })).toEqual([]);
  expect(await numbers({ status: ["Created"] })).toEqual([2, 1]);
});

test("a word that only old experiments have is found, page after page", async () => {
  for (let digit = 1; digit <= 5; digit += 1)
    await create(pushed(project, commitId(digit), { name: digit < 4 ? "needle" : "hay" }));
  await postgres.knex.raw("alter sequence experiments_sequence_seq restart with 20000");
  await create(pushed(project, commitId(6), { name: "hay" }));
  const page = (cursor?: string) =>
    database.experiments.list({ query: "need" }, { limit: 2, cursor });

  const first = await page();
  const second = await page(first.nextCursor);

  expect(first.items.map(({ number }) => number)).toEqual([3, 2]);
  expect(second).toMatchObject({ items: [{ number: 1 }], nextCursor: undefined });
});

test("fields that somebody else has written since are not overwritten", async () => {
  const { id, fieldsVersion } = await create(pushed(project, commitId(1)));

  expect(await database.experiments.setFields(id, { a: 1 }, fieldsVersion)).toBe(fieldsVersion + 1);
  expect(await database.experiments.setFields(id, { b: 1 }, fieldsVersion)).toBeUndefined();
});
