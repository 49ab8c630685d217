import { access, chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
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

test("a project's volumes are where the manifest wants them, with the rights that the project gives", async () => {
  const folder = join(platform.dataDirectory, "tmp", "volumes");
  for (const name of ["data", "scratch"]) await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, "data", "digits"), "0123456789\n");
  await chmod(join(folder, "scratch"), 0o777);
  const volumes = {
    data: { hostPath: join(folder, "data"), readOnly: true },
    missing: { hostPath: join(folder, "missing") },
  };
  const attach = (...names: readonly string[]) =>
    `storage: { attachExistingPVCs: [${names.map((name) => `{ name: ${name}, mountPoint: /mnt/${name} }`).join(", ")}] }`;
  const command = "cat /mnt/data/digits; cp /mnt/data/digits /mnt/scratch/; ! touch /mnt/data/new";
  const copy = await projects.create(
    "volumes",
    repositoryFiles(command, { spec: attach("data", "scratch") }),
    { volumes },
  );
  const declared = { hostPath: join(folder, "scratch") };
  await platform.call("PUT", "/api/v1/projects/volumes/volumes/scratch", declared);
  await copy.commit("exp: run");
  await copy.push();

  expect(await finished(platform, "volumes#1")).toMatchObject({
    status: "Succeeded",
    warnings: [],
  });
  expect(await logOf(platform, "volumes#1")).toContain("0123456789");
  expect(await readFile(join(folder, "scratch", "digits"), "utf8")).toBe("0123456789\n");

  await copy.commit("exp: typo", repositoryFiles("true", { spec: attach("dta") }));
  expect(await copy.push()).toContain('"dta" is no volume of this project, did you mean data?');

  await copy.commit("exp: missing", repositoryFiles("true", { spec: attach("missing") }));
  await copy.push();
  const { steps } = await finished(platform, "volumes#3");
  expect(steps[4].exception).toMatchObject({
    kind: "Unsupported",
    message: expect.stringContaining("The volume missing is the folder"),
  });
});

test("a volume's folder must be a whole path", async () => {
  const volumes = { data: { hostPath: "../etc" } };
  const { status, body } = await platform.call("POST", "/api/v1/projects", {
    name: "wrong",
    forge: "builtin",
    settings: { volumes },
  });

  expect([status, body.errors[0].path]).toEqual([422, "settings.volumes.data"]);
});
