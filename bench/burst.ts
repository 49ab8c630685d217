import { setTimeout as sleep } from "node:timers/promises";

import { createWorkingCopy } from "../test/support/git.ts";
import { type BenchServer, TOKEN, withServer } from "./bench-server.ts";
import type { Figure } from "./figure.ts";
import { inParallel } from "./in-parallel.ts";
import { TRIVIAL } from "./trivial-experiment.ts";

/**
 * How many experiments a second go through the six steps on one server, on the engine that runs nothing. They are
 * submitted while the queue is paused, so that nothing but the pipeline is timed: from the resume, where all of them stand
 * in Waiting, to the last ending.
 *
 *   npm run bench -- burst [experiments]
 */
export function burst(experiments = 500): Promise<readonly Figure[]> {
  return withServer(async (server) => {
    const request = { name: "burst", forge: "builtin", engine: "dummy" };
    const { gitUrl } = await server.call("POST", "/api/v1/projects", request);
    const copy = await createWorkingCopy(gitUrl, TOKEN);
    const commit = await copy.commit("exp: first", TRIVIAL);
    await copy.push();
    await server.finished("burst", commit);

    await server.call("POST", "/api/v1/queue/pause", {});
    await inParallel(experiments, 8, () =>
      server.call("POST", "/api/v1/experiments", { project: "burst", commit }),
    );
    await noneLeft(server, "status=Created");
    const started = performance.now();
    const cpuBefore = await server.cpuSeconds();
    await server.call("POST", "/api/v1/queue/resume", {});
    await noneLeft(server, "status=Created&status=Processing");
    const perSecond = experiments / ((performance.now() - started) / 1000);
    const cpu = await server.cpuSeconds();
    const each = (from: number, to: number): string =>
      (((to - from) * 1000) / experiments).toFixed(1);
    const own = each(cpuBefore.own, cpu.own);
    const database = each(cpuBefore.database, cpu.database);
    console.log(`Processor time per experiment, ms: server ${own}, its PostgreSQL ${database}`);
    await copy.remove();
    return [
      {
        figure: `experiments through all six steps, dummy engine, one server (n = ${experiments})`,
        target: "≥ 100 /s",
        ours: `${perSecond.toFixed(0)} /s`,
        beside: "",
        reached: perSecond >= 100,
      },
    ];
  });
}

async function noneLeft(server: BenchServer, which: string): Promise<void> {
  const open = `/api/v1/experiments?${which}&limit=1`;
  while ((await server.call("GET", open)).items.length > 0) await sleep(50);
}
