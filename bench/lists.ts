import type { Knex } from "knex";

import type { BenchServer } from "./bench-server.ts";
import { type Figure, median, quantile } from "./figure.ts";
import { withDatabase } from "./shared-database.ts";

const CLIENTS = 2;
const SECONDS_EACH = 3;

const LISTS: Readonly<Record<string, string>> = {
  "newest of all": "",
  "newest of a project": "project=p1",
  "a status of all": "status=Failed",
  "a status of a project": "project=p1&status=Processing",
  "a branch": "project=p1&branch=b0",
  "an author": "author=ada3@example.org",
  "a tag": "tag=rare",
  "a word": "q=needle",
  "a commit": "q=00000000000000000000000000000000000123",
};

/**
 * Lists and filters of the API over many experiments, by two clients at once, page after page.
 *
 *   npm run bench -- lists [experiments]
 */
export function lists(experiments = 100_000): Promise<readonly Figure[]> {
  return withDatabase(async ({ knex, startServer }) => {
    await fill(knex, experiments);
    const server = await startServer();
    const all: number[] = [];
    for (const [name, query] of Object.entries(LISTS)) {
      const times = (
        await Promise.all(Array.from({ length: CLIENTS }, () => read(server, query)))
      ).flat();
      all.push(quantile(times, 0.99));
      const figures = [median(times), quantile(times, 0.99)].map((ms) => ms.toFixed(1));
      console.log(`${name}: p50 ${figures[0]} ms, p99 ${figures[1]} ms (n = ${times.length})`);
    }
    const worst = Math.max(...all);
    return [
      {
        figure: `lists and filters at ${experiments.toLocaleString("en")} experiments, ${CLIENTS} clients`,
        target: "p99 < 20 ms",
        ours: `p99 ${worst.toFixed(1)} ms, the slowest of ${all.length} lists`,
        beside: "",
        reached: worst < 20,
      },
    ];
  });
}

/** The milliseconds of each page. */
async function read(server: BenchServer, query: string): Promise<readonly number[]> {
  const times: number[] = [];
  let cursor = "";
  const end = performance.now() + SECONDS_EACH * 1000;
  while (performance.now() < end) {
    const started = performance.now();
    const page = await server.call("GET", `/api/v1/experiments?limit=50&${query}${cursor}`);
    times.push(performance.now() - started);
    cursor = page.nextCursor === null ? "" : `&cursor=${page.nextCursor}`;
  }
  return times;
}

/** Finished ones but for a few, of 20 projects. */
async function fill(knex: Knex, experiments: number): Promise<void> {
  await knex.raw(
    `insert into projects (slug, name, forge, engine, settings)
     select 'p' || n, 'Project ' || n, 'builtin', 'dummy', '{}' from generate_series(1, 20) as n`,
  );
  await knex.raw(
    `insert into experiments (project_id, number, name, tags, source_kind, commit_sha, branch, message,
                              author_name, author_email, engine, created_by, triggered_by,
                              step, step_status, status, created_at, started_at, finished_at)
     select p.id, n, 'baseline ' || n || case when n % 5000 = 0 then ' needle' else '' end,
            case when n % 5000 = 0 then '{rare}' else '{common}' end::text[], 'commit', lpad(n::text, 40, '0'),
            'b' || n % 10, 'exp: baseline ' || n, 'Ada', 'ada' || n % 50 || '@example.org', 'dummy',
            'ada' || n % 50 || '@example.org', 'submit',
            case when n % 1000 = 0 then 'Running' else 'Completed' end,
            case when n % 1000 = 0 then 'Running' when n % 10 = 0 then 'Failed' else 'Succeeded' end,
            case when n % 1000 = 0 then 'Processing' when n % 10 = 0 then 'Failed' else 'Succeeded' end,
            now() - (:count - n) * interval '1 minute', now() - (:count - n) * interval '1 minute',
            case when n % 1000 = 0 then null else now() - (:count - n) * interval '1 minute' end
       from generate_series(1, :count::int) as n
       join projects p on p.slug = 'p' || 1 + n % 20`,
    { count: experiments },
  );
  await knex.raw(
    `insert into step_changes (experiment_id, step, status)
     select id, passed.step, each.status from experiments,
            (values ('Waiting'), ('Cloning'), ('Building'), ('Submitting'), ('Running')) as passed (step),
            (values ('Running'), ('Succeeded')) as each (status)`,
  );
  await knex.raw("vacuum analyze");
}
