import { access, readdir } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { finished, logOf, repositoryFiles } from "../support/experiments.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";

let platform: TestPlatform;
let projects: Projects;

beforeAll(async () => {
  platform = await startPlatform();
  projects = new Projects(platform);
});
afterAll(async () => {
  await projects.remove();
  await platform.stop();
});

const TWO = "worker: { count: 2, resources: { cpus: 0.1, cpuLimitRatio: 10, memory: 0.0625 } }";

test("replicas share a folder for as long as the experiment lasts", async () => {
  const command =
    'if [ "$JOB_INDEX" = 0 ]; then echo from worker-0 > /mnt/shared/note; else until [ -s /mnt/shared/note ]; do usleep 50000; done; cat /mnt/shared/note; fi';
  const spec = "storage: { sharedVolume: { mountPoint: /mnt/shared, sizeGB: 1 } }";
  const copy = await projects.create("share", repositoryFiles(command, { spec, types: TWO }));
  await copy.commit("exp: run");
  await copy.push();

  const { status, warnings } = await finished(platform, "share#1");

  expect(await logOf(platform, "share#1", "?step=Running&replica=worker-1")).toBe(
    "from worker-0\n",
  );
  expect(status).toBe("Succeeded");
  expect(warnings).toEqual([expect.objectContaining({ path: "spec.storage.sharedVolume.sizeGB" })]);
  const folder = join(platform.dataDirectory, "buckets", "share");
  await access(join(folder, "output"));
  expect(await readdir(join(folder, "shared"))).toEqual([]);
});
