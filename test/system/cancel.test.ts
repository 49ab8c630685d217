import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import type { Repository } from "../../src/core/repository.ts";
import { GitRepository } from "../../src/git/repository.ts";
import { atStep, finished, repositoryFiles } from "../support/experiments.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";

/** Where a repository's name holds "slow", packing it takes until it is aborted. */
class SlowRepository extends GitRepository {
  override async *archive(
    ...[project, commit, options, signal]: Parameters<Repository["archive"]>
  ): AsyncGenerator<Uint8Array> {
    if (project.slug.includes("slow"))
      await new Promise((_, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason));
      });
    yield* super.archive(project, commit, options, signal);
  }
}

let platform: TestPlatform;
let projects: Projects;

beforeAll(async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), "assay-cancel-"));
  const repository = new SlowRepository({ folder: join(dataDirectory, "git") });
  platform = await startPlatform({ dataDirectory }, { repository });
  projects = new Projects(platform);
});
afterAll(async () => {
  await projects.remove();
  await platform.stop();
});

const cancel = (reference: string) =>
  platform.call("POST", `/api/v1/experiments/${encodeURIComponent(reference)}/cancel`);

test("a clone in flight is aborted, its step is Cancelled and the later ones never began", async () => {
  const copy = await projects.create("slow", repositoryFiles("true"));
  await copy.commit("exp: packed for long");
  await copy.push();
  await atStep(platform, "slow#1", "Cloning");

  expect((await cancel("slow#1")).status).toBe(202);

  const { steps } = await finished(platform, "slow#1", 20);
  expect(steps.map(({ status }: { status: string }) => status)).toEqual([
    "Succeeded",
    "Cancelled",
    "Initialize",
    "Initialize",
    "Initialize",
    "Initialize",
  ]);
});

test("a run that waits for its engine is cancelled, and holds nothing", async () => {
  const copy = await projects.create("queueing", repositoryFiles("true"));
  await platform.call("POST", "/api/v1/engines/docker/pause");
  await copy.commit("exp: waits for the engine");
  await copy.push();
  await atStep(
    platform,
    "queueing#1",
    "Running",
    /queueing: engine docker was paused by admin; next in line/,
  );

  await cancel("queueing#1");

  const { steps, runs } = await finished(platform, "queueing#1", 20);
  await platform.call("POST", "/api/v1/engines/docker/resume");
  expect(steps[4]).toMatchObject({ status: "Cancelled" });
  expect(runs).toMatchObject([{ state: "Cancelled", exitCode: null }]);
});

test("of an experiment that has finished nothing is left to cancel, and it says so", async () => {
  const copy = await projects.create("over", repositoryFiles("true"));
  await copy.commit("exp: short");
  await copy.push();
  await finished(platform, "over#1");

  const { status, body } = await cancel("over#1");

  expect(status).toBe(200);
  expect(body).toMatchObject({ changed: false, message: "It has already finished." });
});
