import { readFile } from "node:fs/promises";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { STEP_STATUSES, STEPS } from "../../src/core/experiment.ts";
import type { EngineMachine } from "../../src/core/invariant.ts";
import { isFinished, statusOf } from "../../src/core/lifecycle.ts";
import { PostgresInvariantStore } from "../../src/db/invariants.ts";
import { openStores } from "../support/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";
import { type Scene, setScene } from "../support/scene.ts";

let postgres: TestDatabase;
let scene: Scene;
beforeAll(async () => {
  postgres = await createTestDatabase();
  scene = await setScene(await openStores(postgres));
});
afterAll(() => postgres.drop());

/** As large as what the scene has reserved. */
const MACHINE: EngineMachine = {
  engine: "dummy",
  name: "one",
  cpus: 1,
  memoryBytes: 2 ** 30,
  devices: ["gpu-0", "gpu-1"].map((id) => ({ id, product: "A100", aliases: [] })),
};

/** Which do not hold after these statements; all of it is taken back. */
async function brokenBy(
  statements: readonly string[],
  { machine = MACHINE, maxActive }: { machine?: EngineMachine; maxActive?: number } = {},
): Promise<object> {
  const broken: Record<string, readonly object[]> = {};
  const transaction = await postgres.knex.transaction();
  try {
    for (const sql of statements) await transaction.raw(sql, { ...ids() });
    const invariants = new PostgresInvariantStore(transaction);
    for (const { name, rows } of await invariants.broken([machine], maxActive)) broken[name] = rows;
  } finally {
    await transaction.rollback();
  }
  return broken;
}

const ids = () => ({
  waiting: scene.waiting.id,
  running: scene.running.id,
  run: scene.run.id,
  succeeded: scene.succeeded.id,
  project: scene.project.id,
});

/** The schema itself forbids some of it. */
const UNCHECKED = `do $$ declare each record; begin
  for each in select conname from pg_constraint
               where conrelid = 'experiments'::regclass and contype = 'c' and conname <> 'experiments_number_check'
  loop execute format('alter table experiments drop constraint %I', each.conname); end loop;
end $$`;

const admit = (group: string, limit: number): readonly string[] => [
  `update experiments set admitted_at = now(), conditions = jsonb_build_object('concurrency',
     jsonb_build_object('group', '${group}', 'limit', ${limit}, 'cancel', 'none')) where id in (:waiting, :running)`,
];

test("what the pipeline leaves breaks nothing", async () => {
  expect(await brokenBy([])).toEqual({});
});

test.each<[string, readonly string[]]>([
  ["active-experiment-has-job", [`delete from jobs where subject_id = :waiting`]],
  ["active-run-has-job", [`delete from jobs where subject_id = :run`]],
  [
    "pending-delivery-has-job",
    [`insert into deliveries (project_id, event, source) values (:project, 'push', 'git')`],
  ],
  ["job-has-work", [`insert into jobs (kind, subject_id) values ('experiment', :succeeded)`]],
  ["job-has-work", [`insert into jobs (kind, subject_id) values ('run', :succeeded)`]],
  [
    "claim-has-server",
    [
      `alter table jobs drop constraint jobs_owner_fkey`,
      `update jobs set owner = gen_random_uuid(), net = false where subject_id = :run`,
    ],
  ],
  [
    "wait-has-an-end",
    [`update jobs set owner = (select id from instances), net = true where subject_id = :run`],
  ],
  [
    "wait-has-an-end",
    [`update jobs set net = true, due_at = now() + interval '1 hour' where subject_id = :run`],
  ],
  ["status-is-derived", [`update experiments set status = 'Created' where id = :running`]],
  [
    "status-is-derived",
    [UNCHECKED, `update experiments set finished_at = null where id = :succeeded`],
  ],
  [
    "move-has-status",
    [
      `update experiments set notifies = true where id = :waiting`,
      `insert into destinations (project_id, kind, address, sealed) values (:project, 'forge', 'x', '')`,
    ],
  ],
  [
    "ending-has-notice",
    [
      `update experiments set notifies = true where id = :succeeded`,
      `insert into destinations (project_id, kind, address, events, sealed, created_at)
       values (:project, 'webhook', 'x', '{finished}', '', now() - interval '1 day')`,
    ],
  ],
  [
    "owed-notice-has-job",
    [
      `insert into destinations (project_id, kind, address, sealed) values (:project, 'slack', 'x', '')`,
      `insert into notices (destination_id, experiment_id, event, step, step_status)
       select id, :succeeded, 'finished', 'Completed', 'Succeeded' from destinations`,
    ],
  ],
  ["step-has-history", [`delete from step_changes where experiment_id = :waiting`]],
  [
    "step-has-history",
    [
      `insert into step_changes (experiment_id, step, status) values (:running, 'Running', 'Failed')`,
    ],
  ],
  [
    "steps-in-order",
    [`delete from step_changes where experiment_id = :running and step = 'Building'`],
  ],
  [
    "steps-in-order",
    [
      `insert into step_changes (experiment_id, step, status) values
         (:waiting, 'Cloning', 'Running'), (:waiting, 'Waiting', 'Initialize')`,
    ],
  ],
  ["step-has-its-facts", [`update experiments set image = null where id = :running`]],
  ["step-has-its-facts", [`update experiments set source_archive = null where id = :running`]],
  ["admitted-before-cloning", [`update experiments set admitted_at = null where id = :running`]],
  [
    "one-experiment-per-push",
    [
      `drop index one_per_push`,
      `update experiments set commit_sha = (select commit_sha from experiments where id = :running) where id = :waiting`,
    ],
  ],
  [
    "finished-experiment-has-no-live-run",
    [`update runs set state = 'Finalizing', finished_at = null where experiment_id = :succeeded`],
  ],
  [
    "finished-experiment-has-sealed-logs",
    [`insert into logs (experiment_id, step) values (:succeeded, 'Cloning')`],
  ],
  ["succeeded-by-all-runs", [`delete from runs where experiment_id = :succeeded`]],
  ["succeeded-by-all-runs", [`update runs set state = 'Failed' where experiment_id = :succeeded`]],
  ["run-has-history", [`delete from run_changes where run_id = :run and state = 'Running'`]],
  [
    "one-live-attempt",
    [
      `drop index one_live_attempt`,
      `insert into attempts (run_id, number, engine) values (:run, 2, 'dummy')`,
    ],
  ],
  [
    "live-attempt-has-run",
    [`update attempts set live = true, finished_at = null where run_id <> :run`],
  ],
  ["live-attempt-has-run", [`update attempts set number = 2 where run_id = :run`]],
  ["run-state-fits-its-attempt", [`update attempts set engine_id = null where run_id = :run`]],
  ["run-state-fits-its-attempt", [`delete from attempts where run_id = :run`]],
  ["run-state-fits-its-attempt", [`update runs set state = 'Preparing' where id = :run`]],
  [
    "device-held-once",
    [
      `update attempts set live = true, finished_at = null, reservation = jsonb_set(reservation, '{0,devices}', '["gpu-0"]')`,
    ],
  ],
  [
    "project-limit-kept",
    [
      `update projects set settings = settings || '{"maxActive": 1}'`,
      `update experiments set admitted_at = now() where id = :waiting`,
    ],
  ],
  [
    "project-limit-kept",
    [
      `update projects set settings = settings || '{"maxActive": 1}', limit_set_at = now() - interval '1 hour'`,
      `update experiments set admitted_at = now() where id = :waiting`,
    ],
  ],
  ["group-limit-kept", admit("gpu-a", 1)],
])("%s is reported (%#)", async (name, statements) => {
  const broken = await brokenBy(statements);

  expect(broken).toMatchObject({ [name]: [expect.any(Object)] });
});

test.each([
  ["the CPUs", { ...MACHINE, cpus: 0.5 }],
  ["the memory", { ...MACHINE, memoryBytes: 2 ** 29 }],
  ["a device", { ...MACHINE, devices: [] }],
])("capacity-kept is reported where %s is not there", async (_, machine) => {
  expect(Object.keys(await brokenBy([], { machine }))).toEqual(["capacity-kept"]);
});

test.each<[string, readonly string[]]>([
  [
    "a limit that was lowered while more were active",
    [
      `update projects set settings = settings || '{"maxActive": 1}', limit_set_at = clock_timestamp()`,
      `update experiments set admitted_at = now() where id = :waiting`,
    ],
  ],
  ["a group that allows as many as it runs", admit("gpu-a", 2)],
  [
    "an image that is gone, so that the experiment is built again",
    [
      `update experiments set step = 'Building' where id = :running`,
      `insert into step_changes (experiment_id, step, status) values
         (:running, 'Submitting', 'Initialize'), (:running, 'Running', 'Initialize'), (:running, 'Building', 'Running')`,
    ],
  ],
])("%s breaks nothing", async (_, statements) => {
  expect(await brokenBy(statements)).toEqual({});
});

test("what is reserved with another Docker daemon is not held against this one's machine", async () => {
  const elsewhere = `update runs set daemon = 'another' where id = :run`;
  const small = { ...MACHINE, daemon: "here", cpus: 0.5 };

  expect(await brokenBy([elsewhere], { machine: small })).toEqual({});
  expect(Object.keys(await brokenBy([], { machine: small }))).toEqual(["capacity-kept"]);
});

test("total-limit-kept is reported for what was admitted since the newest server began", async () => {
  const statements = [`update experiments set admitted_at = now() where id = :waiting`];
  const before = `update instances set started_at = now() - interval '1 hour'`;

  expect(await brokenBy([...statements, before], { maxActive: 1 })).toEqual({
    "total-limit-kept": [{ experiment_id: scene.waiting.id, active: 2, most: 1 }],
  });
  expect(await brokenBy([...statements, before], { maxActive: 2 })).toEqual({});
  expect(await brokenBy(statements, { maxActive: 1 })).toEqual({});
});

test("an experiment's status is derived in SQL as in core/lifecycle.ts", async () => {
  for (const step of STEPS)
    for (const stepStatus of STEP_STATUSES) {
      const status = statusOf(step, stepStatus);
      const finishedAt = isFinished({ step, stepStatus }) ? "now()" : "null";
      const broken = await brokenBy([
        UNCHECKED,
        `update experiments set step = '${step}', step_status = '${stepStatus}', status = '${status}',
                finished_at = ${finishedAt} where id = :running`,
      ]);
      expect(Object.keys(broken)).not.toContain("status-is-derived");
    }
});

test("at most twenty rows are told of one that is broken", async () => {
  const logs = `insert into logs (experiment_id, step, attempt) select :succeeded, 'Running', generate_series(1, 30)`;

  expect(await brokenBy([logs])).toMatchObject({
    "finished-experiment-has-sealed-logs": { length: 20 },
  });
});

test("every invariant has its paragraph in docs/invariants.md, and nothing else has", async () => {
  const text = await readFile(new URL("../../docs/invariants.md", import.meta.url), "utf8");
  const told = [...text.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);

  expect(told).toEqual(new PostgresInvariantStore(postgres.knex).names);
});
