import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import type { Device } from "../../src/core/engine.ts";
import { DummyEngine } from "../../src/engines/dummy.ts";
import { manifestParser } from "../../src/manifest/parse.ts";
import { readWild, WILD_PROJECT, wildFiles } from "../manifest/wild-table.ts";
import { MadeUpBuilder } from "../storm/made-up-builder.ts";
import { finished } from "../support/experiments.ts";
import type { WorkingCopy } from "../support/git.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";

/** Each by a short name, below the folder that AIchor reads. */
const manifests = [...wildFiles("valid-yaml"), ...wildFiles("broken-yaml")].map((name, index) => ({
  selector: `m${index}.yaml`,
  text: readWild(name),
}));
const isTaken = ({ text }: (typeof manifests)[number]): boolean =>
  manifestParser.parse(text, WILD_PROJECT).manifest !== undefined;

let folder: string;
let platform: TestPlatform;
let projects: Projects;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-wild-"));
  // Large enough for the largest of them: it says what it would run.
  const machine = { name: "big", cpus: 4096, memoryBytes: 2 ** 45, devices: devices() };
  const engine = new DummyEngine({ name: "docker", folder, machines: [machine] });
  const builder = new MadeUpBuilder(join(folder, "images"));
  platform = await startPlatform({}, { engines: new Map([["docker", engine]]), builder });
  projects = new Projects(platform);
});
afterAll(async () => {
  await projects.remove();
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

/** 64 devices that answer to every name which these files have for a GPU. */
function devices(): readonly Device[] {
  const names = manifests.flatMap(({ text }) =>
    [...text.matchAll(/^ *(?:product|type): *"?([^"\s#]+)/gm)].map(([, name = ""]) => name),
  );
  const aliases = [...new Set(names)];
  return Array.from({ length: 64 }, (_, index) => ({
    id: `gpu-${index}`,
    product: "any",
    aliases,
  }));
}

/** A repository of AIchor's, moved here: what its project had there, it has here. */
async function moved(slug: string): Promise<WorkingCopy> {
  const files = Object.fromEntries(
    manifests.map(({ selector, text }) => [`aichor_manifests/${selector}`, text]),
  );
  const engineAliases = { "main-aws-dev": "docker", "aks-dev-creation": "docker" };
  const copy = await projects.create(slug, files, { engineAliases });
  const put = (path: string, body: object) =>
    platform.call("PUT", `/api/v1/projects/${slug}/${path}`, body);
  await put("volumes/az-prjtb11-5de4098cb8b3459d-azpvc-1-d09842db6f6f4cc7", {
    hostPath: "/srv/azpvc",
  });
  // Whatever its command is, it takes no time and goes well.
  await put("variables/DUMMY_SECONDS", { value: "0.01" });
  await put("variables/DUMMY_EXIT_CODES", { value: "0" });
  return copy;
}

/** Pushes them all, as many at a time as one push starts; answers the terminal. */
async function pushAll(copy: WorkingCopy, chosen: typeof manifests): Promise<string> {
  let terminal = "";
  for (let at = 0; at < chosen.length; at += 20) {
    const names = chosen.slice(at, at + 20).map(({ selector }) => selector);
    await copy.commit(`aichor[${names.join(",")}]: as they were found`);
    terminal += await copy.push();
  }
  return terminal;
}

test("every manifest that is taken runs from its push to its end, with the replicas it asks for", async () => {
  const taken = manifests.filter(isTaken);

  await pushAll(await moved("taken"), taken);

  expect(taken).toHaveLength(29);
  for (const [index, { text }] of taken.entries()) {
    const { manifest, warnings } = manifestParser.parse(text, WILD_PROJECT);
    const experiment = await finished(platform, `taken#${index + 1}`);
    const replicas =
      manifest?.spec.types.map(({ count, completions }) => count * completions) ?? [];

    expect(experiment.status).toBe("Succeeded");
    expect(experiment.warnings).toEqual(warnings);
    expect(experiment.runs[0].replicas).toHaveLength(replicas.reduce((sum, each) => sum + each, 0));
  }
}, 180_000);

test("every one that is refused says so in the terminal and in Cloning, each reason at its line", async () => {
  const refused = manifests.filter((each) => !isTaken(each));

  const terminal = await pushAll(await moved("refused"), refused);

  expect(refused).toHaveLength(20);
  for (const [index, { selector, text }] of refused.entries()) {
    const { errors } = manifestParser.parse(text, WILD_PROJECT);
    const { steps, status } = await finished(platform, `refused#${index + 1}`);

    expect([status, steps[1].exception.kind]).toEqual(["Failed", "ManifestInvalid"]);
    for (const { line, column } of errors) {
      const place = `aichor_manifests/${selector}, line ${line}, column ${column}: `;
      expect(steps[1].exception.message).toContain(place);
    }
    expect(terminal).toContain(`aichor_manifests/${selector}, line ${errors[0]?.line}`);
  }
});
