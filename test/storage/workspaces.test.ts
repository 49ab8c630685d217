import { execFile } from "node:child_process";
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { FilesystemObjectStore } from "../../src/storage/filesystem.ts";
import { FilesystemWorkspaces } from "../../src/storage/workspaces.ts";
import { bytes, text } from "../contracts/object-store.ts";

let buckets: string;
let workspaces: FilesystemWorkspaces;

beforeEach(async () => {
  buckets = await mkdtemp(join(tmpdir(), "assay-workspaces-"));
  workspaces = new FilesystemWorkspaces({ buckets });
});

afterEach(() => rm(buckets, { recursive: true }));

const experiment = { id: "e1", projectSlug: "digits", parentId: undefined };

test("an experiment gets its folders, and asking again gives the same", async () => {
  const first = await workspaces.open(experiment);
  await writeFile(join(first.output, "checkpoint"), "1");

  const second = await workspaces.open(experiment);

  expect(second).toEqual(first);
  expect(first).toEqual({
    input: join(buckets, "digits/input"),
    output: join(buckets, "digits/output/output/e1"),
    cache: join(buckets, "digits/cache"),
    parentOutput: undefined,
  });
  expect(await readdir(second.output)).toEqual(["checkpoint"]);
});

test("the output is writable for any user, below a folder that is the server's alone", async () => {
  const { input, output, cache } = await workspaces.open(experiment);

  expect(await mode(input)).toBe("755");
  expect(await mode(output)).toBe("777");
  expect(await mode(cache)).toBe("777");
  expect(await mode(join(output, ".."))).toBe("700");
  expect(await mode(join(buckets, "digits"))).toBe("700");
});

test("what an experiment wrote is in the output bucket, and what is in the input bucket it can read", async () => {
  const store = new FilesystemObjectStore({ folder: buckets });
  await store.put("digits/input", "train.csv", bytes("1,2"));
  const { input, output } = await workspaces.open(experiment);
  await writeFile(join(output, "model.bin"), "weights");

  const kept = await store.get("digits/output", "output/e1/model.bin");

  expect(await text(kept?.body)).toBe("weights");
  expect(await readdir(input)).toContain("train.csv");
  expect(await mode(input)).toBe("755");
});

test("the paths are the Docker host's, where it has others", async () => {
  const onHost = new FilesystemWorkspaces({ buckets, hostBuckets: "/srv/assay/buckets" });

  const { input, output } = await onHost.open(experiment);

  expect(input).toBe("/srv/assay/buckets/digits/input");
  expect(output).toBe("/srv/assay/buckets/digits/output/output/e1");
  expect(await readdir(join(buckets, "digits/output/output"))).toEqual(["e1"]);
});

test("a parent's output is given where there is one", async () => {
  const { output } = await workspaces.open(experiment);

  const child = await workspaces.open({ ...experiment, id: "e2", parentId: "e1" });
  const orphan = await workspaces.open({ ...experiment, id: "e3", parentId: "gone" });

  expect(child.parentOutput).toBe(output);
  expect(orphan.parentOutput).toBeUndefined();
});

test("after closing, the outputs are the server's own and the folder takes no more", async () => {
  const { output } = await workspaces.open(experiment);
  await mkdir(join(output, "deep/er"), { recursive: true });
  await writeFile(join(output, "deep/er/model.bin"), "weights");
  await chmod(join(output, "deep/er/model.bin"), 0o000);
  await chmod(join(output, "deep"), 0o000);
  if (process.getuid?.() === 0) {
    await chown(join(output, "deep/er/model.bin"), 12_345, 12_345);
    await chown(join(output, "deep"), 12_345, 12_345);
    await chown(output, 12_345, 12_345);
  }

  expect(await workspaces.close(experiment)).toEqual([]);

  expect(await mode(output)).toBe("755");
  expect(await mode(join(output, "deep"))).toBe("700");
  expect(await mode(join(output, "deep/er/model.bin"))).toBe("600");
  for (const path of [output, join(output, "deep"), join(output, "deep/er/model.bin")])
    expect((await stat(path)).uid).toBe(process.getuid?.());
});

test("closing tells what was not kept, and the second time there is nothing left to tell of it", async () => {
  const { output } = await workspaces.open(experiment);
  const server = createServer().listen(join(output, "ray.sock"));
  const pipes = [1, 2, 3, 4, 5].map((number) => join(output, `pipe-${number}`));
  await promisify(execFile)("mkfifo", pipes);
  await mkdir(join(output, "checkpoints/1"), { recursive: true });
  await symlink("1", join(output, "checkpoints/latest"));
  await symlink("../checkpoints/1", join(output, "checkpoints/again"));
  await symlink("../../../e0\u001b[31m", join(output, "checkpoints/stolen"));
  await symlink("/etc/passwd", join(output, "passwd\u001b[31m"));

  const told = await workspaces.close(experiment);

  server.close();
  expect(told.toSorted()).toEqual([
    expect.stringMatching(/^1 socket was not kept: ray\.sock\.$/),
    expect.stringMatching(
      /^2 links lead out of the output folder, and are kept but not followed: /,
    ),
    expect.stringMatching(/^5 named pipes were not kept: pipe-\d, pipe-\d, pipe-\d and 2 more\.$/),
  ]);
  expect(told.join()).toContain("passwd?[31m");
  expect((await readdir(output)).toSorted()).toEqual(["checkpoints", "passwd\u001b[31m"]);
  expect((await lstat(join(output, "checkpoints/stolen"))).isSymbolicLink()).toBe(true);
  expect(await workspaces.close(experiment)).toEqual([expect.stringMatching(/^2 links lead out/)]);
});

test("closing what was never opened is nothing", async () => {
  expect(await workspaces.close(experiment)).toEqual([]);
});

const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

test("a shared folder is made where it is asked for, and gone when the experiment has ended", async () => {
  const asked = { ...experiment, withShared: true };
  const { shared = "", output } = await workspaces.open(asked);
  await writeFile(join(shared, "for-all"), "1");
  await mkdir(join(shared, "locked"), { mode: 0 });
  await symlink(output, join(shared, "link"));
  await writeFile(join(output, "kept"), "1");

  expect(await mode(shared)).toBe("777");
  expect((await workspaces.open(asked)).shared).toBe(shared);
  expect(await workspaces.close(experiment)).toEqual([]);
  await expect(stat(shared)).rejects.toThrow("ENOENT");
  expect(await readdir(output)).toEqual(["kept"]);
  expect(await workspaces.close(experiment)).toEqual([]);
});

test("outputs are found by a path in them, and no link leads out", async () => {
  const { output } = await workspaces.open(experiment);
  await mkdir(join(output, "model"));
  await writeFile(join(output, "model", "weights"), "1");
  await symlink("/etc", join(output, "out"));
  const find = (path: string, experimentId = "e1") =>
    workspaces.outputOf({ experimentId, projectSlug: "digits", path });

  expect(await find("")).toBe(output);
  expect(await find("model/")).toBe(join(output, "model"));
  expect(await find("./model//weights")).toBe(join(output, "model", "weights"));
  for (const path of ["out", "out/passwd", "model/none", "model/weights/x", "../e1", "model/../.."])
    expect([path, await find(path)]).toEqual([path, undefined]);
  expect(await find("", "e2")).toBeUndefined();
});
