/** A defence, what takes it away, and the test that must fail then. */
export interface Defence {
  readonly file: string;
  /** Each occurrence of the first is replaced by the second. */
  readonly changes: readonly (readonly [string, string])[];
  readonly test: string;
  /** Part of the test's name. */
  readonly name: string;
}

export const DEFENCES: Readonly<Record<string, Defence>> = {
  token: {
    file: "src/db/jobs.ts",
    changes: [[" and token = :token and owner is not null", ""]],
    test: "test/db/queue.test.ts",
    name: "what it still writes is refused",
  },
  "wake-counter": {
    file: "src/db/jobs.ts",
    changes: [
      [
        "case when wakes > :wakes then now() else now() + :seconds * interval '1 second' end",
        "now() + :seconds * interval '1 second'",
      ],
      ["net = :net and wakes = :wakes", "net = :net"],
    ],
    test: "test/db/queue.test.ts",
    name: "a wake that comes while a job is claimed",
  },
  "scheduler-lock": {
    file: "src/db/database.ts",
    changes: [["return row?.mine === true;", "return row !== undefined;"]],
    test: "test/db/queue.test.ts",
    name: "only one server at a time is in a section",
  },
  "one-per-push": {
    file: "migrations/0002_experiments.sql",
    changes: [["create unique index one_per_push", "create index one_per_push"]],
    test: "test/db/experiments.test.ts",
    name: "twenty pushes of one commit at once",
  },
  "one-live-attempt": {
    file: "migrations/0003_runs.sql",
    changes: [["create unique index one_live_attempt", "create index one_live_attempt"]],
    test: "test/db/attempts.test.ts",
    name: "a run has one live attempt",
  },
  intent: {
    file: "src/pipeline/run/starting.ts",
    changes: [
      [
        "const engineId = await engine.prepare(await workloadOf(ports, run, attempt), signal);",
        "const engineId = await engine.prepare(await workloadOf(ports, run, attempt), signal);\n      await engine.start(engineId, signal);",
      ],
    ],
    test: "test/storm/intent.test.ts",
    name: "nothing is started whose id is not written",
  },
};
