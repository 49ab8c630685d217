import { randomUUID } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { DockerBuilder } from "../../../src/builders/docker/builder.ts";
import type { BuildRequest } from "../../../src/core/builder.ts";
import { removeImagesOf } from "../../support/images.ts";
import { type ArchiveEntry, base, docker, ensureBaseImage, keepLog, requestOf } from "./support.ts";

const installation = randomUUID();
const builder = new DockerBuilder({ docker, installation });
const { signal } = new AbortController();
const everything = `FROM ${base}\nCOPY . /all\nRUN cd /all && find . | sort | sed 's/^/has: /'\n`;

beforeAll(ensureBaseImage, 120_000);
afterAll(() => removeImagesOf(installation));

test("only the context is sent, and its paths are relative to it", async () => {
  const files = { "app/Dockerfile": everything, "app/src/a.py": "", "other/b.py": "", "c.py": "" };

  expect(await sent(requestOf(files, { context: "./app/" }))).toEqual([
    "./Dockerfile",
    "./src",
    "./src/a.py",
  ]);
});

test("what .dockerignore names is not sent, but for the exceptions, itself and the Dockerfile", async () => {
  const files = {
    Dockerfile: everything,
    ".dockerignore": "# comment\n*\n!src\nsrc/**/*.log\n!src/important.log\nnode_modules/*\n",
    "src/a.py": "",
    "src/deep/b.log": "",
    "src/important.log": "",
    "secret.txt": "",
    ".git/config": "",
  };

  expect(await sent(requestOf(files))).toEqual([
    "./.dockerignore",
    "./Dockerfile",
    "./src",
    "./src/a.py",
    "./src/important.log",
  ]);
});

test("the ignore file beside the Dockerfile wins over the context's", async () => {
  const files = {
    "gpu.Dockerfile": everything,
    "gpu.Dockerfile.dockerignore": "b.txt\n",
    ".dockerignore": "a.txt\n",
    "a.txt": "",
    "b.txt": "",
  };

  expect(await sent(requestOf(files, { dockerfile: "gpu.Dockerfile" }))).toEqual([
    "./.dockerignore",
    "./a.txt",
    "./gpu.Dockerfile",
    "./gpu.Dockerfile.dockerignore",
  ]);
});

test("brackets and pluses in .dockerignore are ordinary characters, and case matters", async () => {
  const files = {
    Dockerfile: everything,
    ".dockerignore": "data (1).csv\nc++\nREADME\n[ab].txt\n",
    "data (1).csv": "",
    "c++": "",
    readme: "",
    "a.txt": "",
    "c.txt": "",
  };

  expect(await sent(requestOf(files))).toEqual([
    "./.dockerignore",
    "./Dockerfile",
    "./c.txt",
    "./readme",
  ]);
});

test("a .dockerignore that would take for ever is refused within seconds", async () => {
  const files = {
    Dockerfile: everything,
    ".dockerignore": `${"*a".repeat(30)}b\n`,
    ["a".repeat(200)]: "",
  };

  await expect(builder.imageKey(requestOf(files))).rejects.toMatchObject({
    name: "BuildFailedError",
    message: expect.stringContaining(".dockerignore has a pattern that cannot be matched"),
  });
});

test("a Dockerfile is looked for in the context first, then from the repository's root", async () => {
  const files = {
    "app/a.txt": "",
    "docker/Dockerfile": `FROM ${base}\nCOPY a.txt /\nRUN echo from the root\n`,
    "app/inner/Dockerfile": `FROM ${base}\nRUN echo from the context\n`,
    "inner/Dockerfile": `FROM ${base}\nRUN exit 1\n`,
  };
  const root = keepLog();
  const context = keepLog();

  await builder.build(
    requestOf(files, { context: "app", dockerfile: "docker/Dockerfile" }),
    root.log,
    signal,
  );
  await builder.build(
    requestOf(files, { context: "app", dockerfile: "inner/Dockerfile" }),
    context.log,
    signal,
  );

  expect(root.text()).toMatch(/^#\d+ from the root$/m);
  expect(context.text()).toMatch(/^#\d+ from the context$/m);
});

test("links, modes and empty folders arrive; owners and other modes are evened out", async () => {
  const list =
    "stat -c 'has: %n %a %u %F' * && readlink link && ls -i | sort | uniq -d -w 5 | wc -l";
  const entries: ArchiveEntry[] = [
    {
      name: "Dockerfile",
      text: `FROM ${base}\nCOPY . /all\nRUN cd /all && rm Dockerfile && ${list}\n`,
    },
    { name: "run.sh", text: "true", mode: 0o775, uid: 1000, gid: 1000 },
    { name: "notes", text: "x", mode: 0o600, uid: 1000 },
    { name: "link", type: "symlink", linkname: "../../etc/passwd" },
    { name: "empty/", type: "directory", mode: 0o700 },
    { name: "twin", type: "link", linkname: "run.sh" },
  ];

  expect(await sent(requestOf(entries))).toEqual([
    "empty 755 0 directory",
    "link 777 0 symbolic link",
    "notes 644 0 regular file",
    "run.sh 755 0 regular file",
    "twin 755 0 regular file",
  ]);
});

test("devices, pipes and links to what is not sent are left out, and the log says so", async () => {
  const entries: ArchiveEntry[] = [
    { name: "Dockerfile", text: everything },
    { name: ".dockerignore", text: "hidden" },
    { name: "hidden", text: "x" },
    { name: "twin", type: "link", linkname: "hidden" },
    { name: "pipe", type: "fifo" },
    { name: "null", type: "character-device", devmajor: 1, devminor: 3 },
  ];
  const { log, text } = keepLog();

  await builder.build(requestOf(entries), log, signal);

  expect(text()).toContain("Left out pipe: devices and pipes are not sent.\n");
  expect(text()).toContain("Left out null: devices and pipes are not sent.\n");
  expect(text()).toContain("Left out twin: it is a hard link to hidden, which is not sent.\n");
  expect(text()).not.toMatch(/has: .\/(twin|pipe|null)/);
});

test.each(["../outside", "/etc/passwd", "a/../../b"])(
  "a source with the path %s is refused",
  async (name) => {
    const entries = [
      { name: "Dockerfile", text: everything },
      { name, text: "x" },
    ];

    await expect(builder.imageKey(requestOf(entries))).rejects.toMatchObject({
      name: "BuildFailedError",
      message: expect.stringContaining(`lies outside of it: "${name}"`),
    });
  },
);

test.each(["Dockerfile", ".dockerignore", "Dockerfile.dockerignore"])(
  "a %s that is a link is refused, and its target is not read",
  async (name) => {
    const entries: ArchiveEntry[] = [
      { name: "real", text: everything },
      ...(name === "Dockerfile" ? [] : [{ name: "Dockerfile", text: everything }]),
      { name, type: "symlink", linkname: "real" },
    ];

    await expect(builder.imageKey(requestOf(entries))).rejects.toMatchObject({
      name: "BuildFailedError",
      message: `${name} is a link, and links are not followed here.`,
    });
  },
);

test("without a Dockerfile, the ones that are there are named", async () => {
  const files = { "docker/Dockerfile.gpu": "", "cpu.Dockerfile": "", "a.dockerignore": "" };

  await expect(builder.imageKey(requestOf(files))).rejects.toMatchObject({
    name: "BuildFailedError",
    message: "There is no Dockerfile in the repository.",
    hint: "Set builder.dockerfile in the manifest; the Dockerfiles here are docker/Dockerfile.gpu, cpu.Dockerfile.",
  });
});

test("without the context's folder, the folders that are there are named", async () => {
  const files = { "docker/Dockerfile": "", "src/a.py": "", Dockerfile: "" };

  await expect(builder.imageKey(requestOf(files, { context: "app" }))).rejects.toMatchObject({
    name: "BuildFailedError",
    message: "There is no folder app in the repository to build in.",
    hint: "Set builder.context in the manifest; the folders here are docker, src.",
  });
});

test.each([
  { context: ".." },
  { context: "/" },
  { dockerfile: "../../Dockerfile" },
  { dockerfile: "/Dockerfile" },
])("%j lies outside of the repository", async (place) => {
  await expect(builder.imageKey(requestOf({ Dockerfile: "" }, place))).rejects.toMatchObject({
    name: "BuildFailedError",
    message: expect.stringContaining("lies outside of the repository"),
  });
});

test("a context of 200 MB passes through without being held", async () => {
  const { source: small, ...request } = requestOf({ Dockerfile: `FROM ${base}\n` });
  const piece = 1024 * 1024;
  const before = bytesInUse();
  let most = 0;
  const large = async function* (): AsyncGenerator<Uint8Array> {
    // A tar ends with two empty blocks; what comes before them is a beginning.
    const pieces: Uint8Array[] = [];
    for await (const chunk of small()) pieces.push(chunk);
    yield Buffer.concat(pieces).subarray(0, -1024);
    yield headerOf("large.bin", 200 * piece);
    for (let index = 0; index < 200; index += 1) {
      yield Buffer.alloc(piece, index);
      if (index % 20 === 0) most = Math.max(most, bytesInUse() - before);
    }
    yield Buffer.alloc(1024);
  };

  await builder.build({ ...request, source: large }, async () => {}, signal);

  expect(most).toBeLessThan(50 * piece);
});

/** What `RUN … has:` saw of the context. */
async function sent(request: BuildRequest): Promise<string[]> {
  const { log, text } = keepLog();
  await builder.build(request, log, signal);
  const lines = [...text().matchAll(/^#\d+ has: (.+)$/gm)].map(([, line = ""]) => line);
  return lines.filter((line) => line !== ".");
}

/** What buffers hold after the garbage is gone. */
function bytesInUse(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().arrayBuffers;
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0");

/** The header block of a plain file, as POSIX has it. */
function headerOf(name: string, size: number): Uint8Array {
  const block = Buffer.alloc(512);
  block.write(name, 0);
  block.write(
    `${octal(0o644, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0${octal(size, 11)}\0${octal(0, 11)}\0        0`,
    100,
  );
  block.write("ustar\u000000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148);
  return block;
}
