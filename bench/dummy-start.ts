import { execFile } from "node:child_process";
import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { createWorkingCopy, type WorkingCopy } from "../test/support/git.ts";
import { waitFor } from "../test/support/wait-for.ts";
import { TOKEN, withServer } from "./bench-server.ts";
import { type Figure, median, quantile } from "./figure.ts";
import { TRIVIAL } from "./trivial-experiment.ts";

const run = promisify(execFile);
const WARM_UP = 2;

/**
 * Push → job started on the engine that runs nothing, in rounds that alternate with a bare post-receive hook that forks
 * the job: what everything but the container costs.
 *
 *   npm run bench -- dummy-start [rounds]
 */
export function dummyStart(rounds = 20): Promise<readonly Figure[]> {
  return withServer(async (server, folder) => {
    const hooked = await createHook(folder);
    const request = { name: "trivial", forge: "builtin", engine: "dummy" };
    const { gitUrl } = await server.call("POST", "/api/v1/projects", request);
    const ours = await createWorkingCopy(gitUrl, TOKEN);
    await ours.commit("the beginning", TRIVIAL);
    await ours.push();

    const floor: number[] = [];
    const started: number[] = [];
    for (let round = -WARM_UP; round < rounds; round += 1) {
      const hookMs = await hookRound(hooked, folder);
      const commit = await ours.commit("exp: round");
      const from = Date.now();
      await ours.push();
      const { runs } = await server.finished("trivial", commit);
      const ourMs = Date.parse(runs[0].replicas[0].startedAt) - from;
      if (round < 0) continue;
      floor.push(hookMs);
      started.push(ourMs);
    }
    await ours.remove();
    await hooked.remove();
    const more = (share: number): number => quantile(started, share) - quantile(floor, share);
    return [
      {
        figure: `push → job started, dummy engine (n = ${rounds})`,
        target: "hook + ≤ 60 ms, p95 + ≤ 150 ms",
        ours: `+ ${more(0.5)} ms, p95 + ${more(0.95)} ms (${median(started)} ms, p95 ${quantile(started, 0.95)})`,
        beside: `a bare hook that forks the job: ${median(floor)} ms, p95 ${quantile(floor, 0.95)}`,
        reached: more(0.5) <= 60 && more(0.95) <= 150,
      },
    ];
  });
}

async function createHook(folder: string): Promise<WorkingCopy> {
  const bare = join(folder, "hook.git");
  await run("git", ["init", "-q", "--bare", "-b", "main", bare]);
  const hook = `#!/bin/sh\n(date +%s%3N > ${folder}/started) >/dev/null 2>&1 &\n`;
  await writeFile(join(bare, "hooks", "post-receive"), hook);
  await chmod(join(bare, "hooks", "post-receive"), 0o755);
  return createWorkingCopy(bare);
}

async function hookRound(copy: WorkingCopy, folder: string): Promise<number> {
  const path = join(folder, "started");
  await rm(path, { force: true });
  await copy.commit("exp: round");
  const from = Date.now();
  await copy.push();
  const started = await waitFor("the hook's job", async () => {
    const text = await readFile(path, "utf8").catch(() => "");
    return text.endsWith("\n") ? Number(text) : undefined;
  });
  return started - from;
}
