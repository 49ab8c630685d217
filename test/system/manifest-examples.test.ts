import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { DummyEngine } from "../../src/engines/dummy.ts";
import { MadeUpBuilder } from "../storm/made-up-builder.ts";
import { finished, logOf } from "../support/experiments.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";

const FOLDER = new URL("../../manifests/", import.meta.url);
const names = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml"));

let folder: string;
let platform: TestPlatform;
let projects: Projects;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-examples-"));
  // Large enough for all that the examples ask for; it says what it would run.
  const machine = { name: "lab-1", cpus: 64, memoryBytes: 256 * 2 ** 30, devices: [] };
  const lab = new DummyEngine({ name: "lab", folder, machines: [machine] });
  const builder = new MadeUpBuilder(join(folder, "images"));
  platform = await startPlatform({}, { engines: new Map([["lab", lab]]), builder });
  projects = new Projects(platform);
});
afterAll(async () => {
  await projects.remove();
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

test.each(names)(
  "the example %s runs from the push to its end, without a warning",
  async (name) => {
    const project = name.replace(".yaml", "");
    const text = readFileSync(new URL(name, FOLDER), "utf8");
    const copy = await projects.create(project, {
      Dockerfile: "FROM scratch\n",
      [`manifests/${name}`]: text,
    });
    await copy.commit(`exp[${project}]: as it stands there`);

    expect(await copy.push()).toContain(`${project}#1`);

    const experiment = await finished(platform, `${project}#1`);
    expect(experiment).toMatchObject({ status: "Succeeded", warnings: [] });
    const command = /^ +command: (?:>-\s+)?(\S+)/m.exec(text)?.[1] ?? "";
    expect(await logOf(platform, `${project}#1`, "?step=Running")).toContain(
      `would run: ${command}`,
    );
  },
);
