import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { createWorkingCopy } from "../test/support/git.ts";
import { BenchServer, TOKEN } from "./bench-server.ts";
import type { Figure } from "./figure.ts";

/**
 * How many experiments a second go through all six steps on one server, on the engine that runs nothing. They are
 * submitted while the engine is paused, so that nothing but the pipeline is timed: from the resume to the last ending.
 *
 *   npm run bench -- burst [experiments]
 */
const FILES = {
  "manifest.yaml": `kind: AIchorManifest
builder: { image: burst, dockerfile: Dockerfile }
spec:
  operator: jobset
  image: burst
  command: exit 0
  types: { worker: { resources: { cpus: 0.01, memory: 0.01 } } }
`,
  Dockerfile: "FROM assay/busybox:local\n",
};

export async function burst(experiments = 500): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "assay-bench-"));
  const server = await BenchServer.start(join(folder, "data"));
  try {
    const request = { name: "burst", forge: "builtin", engine: "dummy" };
    const { gitUrl } = await server.call("POST", "/api/v1/projects", request);
    const copy = await createWorkingCopy(gitUrl, TOKEN);
    const commit = await copy.commit("exp: first", FILES);
    await copy.push();
    await server.finished("burst", commit);

    await server.call("POST", "/api/v1/engines/dummy/pause", {});
    await inParallel(experiments, 8, () =>
      server.call("POST", "/api/v1/experiments", { project: "burst", commit }),
    );
    const started = performance.now();
    await server.call("POST", "/api/v1/engines/dummy/resume", {});
    await allOver(server);
    const perSecond = experiments / ((performance.now() - started) / 1000);
    await copy.remove();
    return [
      {
        figure: `experiments through all six steps, dummy engine, one server (${experiments})`,
        target: "≥ 100 /s",
        ours: `${perSecond.toFixed(1)} /s`,
        beside: "",
        reached: perSecond >= 100,
      },
    ];
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function inParallel(
  count: number,
  width: number,
  work: () => Promise<unknown>,
): Promise<void> {
  let left = count;
  const one = async (): Promise<void> => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: width }, one));
}

async function allOver(server: BenchServer): Promise<void> {
  for (;;) {
    const { items } = await server.call("GET", "/api/v1/experiments?status=Processing&limit=1");
    const waiting = await server.call("GET", "/api/v1/experiments?status=Created&limit=1");
    if (items.length + waiting.items.length === 0) return;
    await sleep(50);
  }
}
