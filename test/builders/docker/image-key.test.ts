import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { DockerBuilder } from "../../../src/builders/docker/builder.ts";
import type { BuildRequest } from "../../../src/core/builder.ts";
import { removeImagesOf } from "../../support/images.ts";
import { archiveOf, base, docker, ensureBaseImage, requestOf } from "./support.ts";

const installation = randomUUID();
const builder = new DockerBuilder({ docker, installation });
const files = {
  Dockerfile: `ARG TAG=local\nFROM assay/busybox:\${TAG} AS build\nCOPY src /src\nFROM build\n`,
  ".dockerignore": "*.log\n",
  "src/train.py": "print(1)",
  "noise.log": "1",
  "manifest.yaml": "spec: {}",
};
const request = requestOf(files);
const keyOf = async (changes: Partial<BuildRequest> = {}): Promise<string> =>
  (await builder.imageKey({ ...request, ...changes })).key;
const source = (changes: Readonly<Record<string, string>>): Partial<BuildRequest> => ({
  source: archiveOf({ ...files, ...changes }),
});

beforeAll(ensureBaseImage, 120_000);
afterAll(() => removeImagesOf(installation));

test("the key names everything that enters the image", async () => {
  const { key, parts } = await builder.imageKey({ ...request, buildArgs: { LR: "0.1" } });

  const { Id: baseId } = await docker.getImage(base).inspect();
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(Object.keys(parts)).toEqual([
    "arg:LR",
    "dockerfile",
    "file:Dockerfile",
    "file:src/train.py",
    `from:${base}`,
    "platform",
    "project",
    "target",
  ]);
  expect(parts["arg:LR"]).toBe("0.1");
  expect(parts[`from:${base}`]).toBe(baseId);
});

test.each<[string, Partial<BuildRequest>]>([
  ["the times of files", { source: archiveOf(files, new Date(0)) }],
  ["an ignored file", source({ "noise.log": "2" })],
  ["a file that is not copied", source({ "README.md": "new" })],
  ["the manifest", source({ "manifest.yaml": "spec: { command: other }" })],
  ["what is ignored, where nothing else is copied", source({ ".dockerignore": "*.log\n*.tmp\n" })],
  ["a secret that no step mounts", { secrets: { OTHER: "x" }, secretVersions: { OTHER: 3 } }],
  ["the experiment", { experimentId: randomUUID() }],
  ["whether cached layers are used", { fresh: true }],
  ["another way to write the context", { context: "./" }],
])("the key does not change with %s", async (_what, changes) => {
  expect(await keyOf(changes)).toBe(await keyOf());
});

test.each<[string, Partial<BuildRequest>]>([
  ["a copied file", source({ "src/train.py": "print(2)" })],
  ["a new file", source({ "src/new.py": "" })],
  ["a name", source({ "src/train.py": "", "src/trains.py": "print(1)" })],
  ["the Dockerfile", source({ Dockerfile: `${files.Dockerfile}# ` })],
  ["the FROM image", { buildArgs: { TAG: "absent" } }],
  ["a build argument", { buildArgs: { LR: "0.1" } }],
  ["which Dockerfile", { dockerfile: "src/train.py" }],
  ["the target", { target: "build" }],
  ["the project", { projectId: randomUUID() }],
  [
    "a file's mode",
    {
      source: archiveOf(
        Object.entries(files).map(([name, text]) => ({
          name,
          text,
          mode: name === "src/train.py" ? 0o755 : 0o644,
        })),
      ),
    },
  ],
])("the key changes with %s", async (_what, changes) => {
  expect(await keyOf(changes)).not.toBe(await keyOf());
});

test("the key changes with the version of a secret that a step mounts, and with no other", async () => {
  const mount = "RUN --mount=type=secret,id=TOKEN true";
  const mounting = source({ Dockerfile: `${files.Dockerfile}${mount}\n` });
  const secrets = { TOKEN: "long enough", OTHER: "long enough" };
  const key = (TOKEN: number, OTHER: number) =>
    keyOf({ ...mounting, secrets, secretVersions: { TOKEN, OTHER } });

  const [first, rotated, other, none] = await Promise.all([
    key(1, 1),
    key(2, 1),
    key(1, 2),
    keyOf(mounting),
  ]);

  expect(new Set([first, rotated, none]).size).toBe(3);
  expect(other).toBe(first);
});

test("a Dockerfile that mounts AIchor's one file of all secrets depends on all of them", async () => {
  const mount = "RUN --mount=type=secret,id=_env,dst=/etc/secrets/.env true";
  const mounting = source({ Dockerfile: `${files.Dockerfile}${mount}\n` });
  const { parts } = await builder.imageKey({
    ...request,
    ...mounting,
    secrets: { A: "long enough", B: "long enough" },
    secretVersions: { A: 4, B: 5 },
  });

  expect(parts).toMatchObject({ "secret:A": "4", "secret:B": "5" });
});

test("the key changes with the platform", async () => {
  expect(await keyOf({ platform: "linux/riscv64" })).not.toBe(await keyOf());
});

test("a base image with instructions of its own makes every file count", async () => {
  const repo = `assay/${request.projectId}`;
  const triggering = requestOf({ Dockerfile: `FROM ${base}\nONBUILD COPY . /all\n` });
  const { name } = await builder.build(triggering, async () => {}, new AbortController().signal);
  await docker.getImage(name).tag({ repo, tag: "triggers" });
  const from = { Dockerfile: `FROM ${repo}:triggers\nCOPY src /src\n` };

  const before = await keyOf(source(from));
  const after = await keyOf(source({ ...from, "manifest.yaml": "changed" }));
  await docker.getImage(`${repo}:triggers`).remove();

  expect(after).not.toBe(before);
});

test("a file that became a link to a file of the same name is a change", async () => {
  const linked = archiveOf([
    { name: "Dockerfile", text: "FROM scratch\nCOPY . /" },
    { name: "a", type: "symlink", linkname: "b" },
  ]);
  const elsewhere = archiveOf([
    { name: "Dockerfile", text: "FROM scratch\nCOPY . /" },
    { name: "a", type: "symlink", linkname: "c" },
  ]);

  expect(await keyOf({ source: linked })).not.toBe(await keyOf({ source: elsewhere }));
});

test("the key changes when the FROM image gets another id, and when it comes to this machine", async () => {
  const repo = `assay/${request.projectId}`;
  const from = source({ Dockerfile: `FROM ${repo}:moving\n` });
  const look = (): Promise<string> =>
    // Not the same builder: it remembers images for a second.
    new DockerBuilder({ docker, installation })
      .imageKey({ ...request, ...from })
      .then(({ key }) => key);
  const tag = { repo, tag: "moving" };
  const other = requestOf({ Dockerfile: `FROM ${base}\nENV A=1\n` });

  const absent = await look();
  await docker.getImage(base).tag(tag);
  const first = await look();
  const { name } = await builder.build(other, async () => {}, new AbortController().signal);
  await docker.getImage(name).tag(tag);
  const second = await look();

  expect(new Set([absent, first, second]).size).toBe(3);
  await docker.getImage(`${repo}:moving`).remove();
});
