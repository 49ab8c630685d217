import { setTimeout as sleep } from "node:timers/promises";

import { createWorkingCopy } from "../test/support/git.ts";
import { type BenchServer, TOKEN, withServer } from "./bench-server.ts";
import { type Figure, median, quantile } from "./figure.ts";
import { inParallel } from "./in-parallel.ts";
import { TRIVIAL } from "./trivial-experiment.ts";

/** Of the active ones, so many end while it is looked. */
const ENDING = 200;
const LOOK_SECONDS = 30;

/**
 * What a server uses while many experiments run, and how long after a program's end its experiment is over.
 *
 *   npm run bench -- active [experiments]
 */
export function active(experiments = 1000): Promise<readonly Figure[]> {
  return withServer(async (server) => {
    const request = { name: "active", forge: "builtin", engine: "dummy" };
    const { gitUrl } = await server.call("POST", "/api/v1/projects", request);
    const copy = await createWorkingCopy(gitUrl, TOKEN);
    const commit = await copy.commit("exp: active", TRIVIAL);
    await copy.push();
    await server.finished("active", commit);
    await copy.remove();

    const submit = (seconds: number): Promise<{ readonly id: string }> =>
      server.call("POST", "/api/v1/experiments", {
        project: "active",
        commit,
        // What the dummy engine takes for its program's time.
        env: { DUMMY_SECONDS: String(seconds) },
      });
    await inParallel(experiments - ENDING, 8, () => submit(86_400));
    await running(server, experiments - ENDING);
    const ending: string[] = [];
    await inParallel(ENDING, 8, async () => {
      const seconds = LOOK_SECONDS / 2 + Math.round(Math.random() * LOOK_SECONDS);
      ending.push((await submit(seconds)).id);
    });

    const before = await server.cpuSeconds();
    const started = performance.now();
    await sleep(LOOK_SECONDS * 1000);
    const after = await server.cpuSeconds();
    const cores = ((after.own - before.own) * 1000) / (performance.now() - started);
    const database = ((after.database - before.database) * 1000) / (performance.now() - started);
    const gigabytes = (await server.residentBytes()) / 1e9;
    const lags = await Promise.all(ending.map((id) => lagOf(server, id)));
    const lag = quantile(lags, 0.95);
    return [
      {
        figure: `${experiments.toLocaleString("en")} active experiments on one server`,
        target: "< 1 core, < 1 GB RSS, state lag p95 ≤ 2 s",
        ours: `${cores.toFixed(2)} cores (PostgreSQL ${database.toFixed(2)}), ${gigabytes.toFixed(2)} GB, lag p50 ${median(lags)} ms, p95 ${lag} ms`,
        beside: "",
        reached: cores < 1 && gigabytes < 1 && lag <= 2000,
      },
    ];
  });
}

async function running(server: BenchServer, count: number): Promise<void> {
  for (;;) {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const metrics = await (await fetch(`${server.url}/metrics`, { headers })).text();
    const [, active = "0"] =
      /^assay_experiments\{[^}]*step="Running"[^}]*\} (\d+)/m.exec(metrics) ?? [];
    if (Number(active) >= count) return;
    await sleep(500);
  }
}

/** From the program's end to the experiment's, in milliseconds. */
async function lagOf(server: BenchServer, id: string): Promise<number> {
  for (;;) {
    const { finishedAt, runs } = await server.call("GET", `/api/v1/experiments/${id}`);
    if (finishedAt !== null)
      return Date.parse(finishedAt) - Date.parse(runs[0].replicas[0].finishedAt);
    await sleep(1000);
  }
}
