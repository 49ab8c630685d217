import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { BadRequestError, ConflictError } from "../../src/core/errors.ts";
import { FilesystemObjectStore } from "../../src/storage/filesystem.ts";
import { bytes, objectStoreContract, text } from "../contracts/object-store.ts";

let folder: string;
let store: FilesystemObjectStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-buckets-"));
  store = new FilesystemObjectStore({ folder });
});

afterEach(() => rm(folder, { recursive: true }));

objectStoreContract(async () => store);

test("a link out of the bucket is refused and not listed, be it the object or a folder on its way", async () => {
  await writeFile(join(folder, "secret"), "not yours");
  await write("digits/output/output/1/model.bin");
  await symlink("../../../../secret", join(folder, "digits/output/output/1/stolen"));
  await symlink(folder, join(folder, "digits/output/output/1/all"));

  for (const key of ["output/1/stolen", "output/1/all/secret"]) {
    await expect(store.get("digits/output", key)).rejects.toThrow(BadRequestError);
    await expect(store.stat("digits/output", key)).rejects.toThrow(/is a link/);
    await expect(store.delete("digits/output", key)).rejects.toThrow(BadRequestError);
  }
  await expect(store.put("digits/output", "output/1/all/new", bytes("x"))).rejects.toThrow(/link/);

  expect(await keys("digits/output")).toEqual(["output/1/model.bin"]);
  expect(await readdir(folder)).toEqual(["digits", "secret"]);
});

test("nothing is written through a link", async () => {
  await writeFile(join(folder, "secret"), "not yours");
  await write("digits/output/kept");
  await symlink("../../secret", join(folder, "digits/output/stolen"));

  await expect(store.put("digits/output", "stolen", bytes("x"))).rejects.toThrow(BadRequestError);

  expect((await stat(join(folder, "secret"))).size).toBe(9);
});

test("a FIFO and a socket are no objects, and nobody waits for their other end", async () => {
  await write("digits/output/kept");
  await promisify(execFile)("mkfifo", [join(folder, "digits/output/fifo")]);
  const server = createServer().listen(join(folder, "digits/output/socket"));

  for (const key of ["fifo", "socket"]) {
    expect(await store.stat("digits/output", key)).toBeUndefined();
    expect(await store.get("digits/output", key)).toBeUndefined();
    expect(await store.delete("digits/output", key)).toBe(false);
  }
  expect(await keys("digits/output")).toEqual(["kept"]);

  server.close();
});

test("an object cannot lie below another, nor where a folder is", async () => {
  await store.put("digits/input", "a/b", bytes("x"));

  await expect(store.put("digits/input", "a/b/c", bytes("x"))).rejects.toThrow(/"b" is an object/);
  await expect(store.put("digits/input", "a", bytes("x"))).rejects.toThrow(/"a" is a folder/);

  expect(await keys("digits/input")).toEqual(["a/b"]);
});

test("what was uploaded is readable for any user of an experiment, the parents above the bucket for none", async () => {
  await store.put("digits/input", "a/b", bytes("x"));

  expect(await mode("digits")).toBe("700");
  expect(await mode("digits/input/a")).toBe("755");
  expect(await mode("digits/input/a/b")).toBe("644");
});

test("an upload that was aborted leaves no file and no folder", async () => {
  const abort = AbortSignal.abort(new Error("gone"));

  await expect(store.put("digits/input", "a/b", bytes("x"), abort)).rejects.toThrow("gone");
  await expect(store.put("digits/input", "a/b", dying())).rejects.toThrow("the line went dead");

  const left = await readdir(join(folder, "digits/input"), { recursive: true });
  expect(left).toEqual([".assay-uploads"]);
  await expect(store.stat("digits/input", ".assay-uploads/x")).rejects.toThrow(/reserved/);
});

test("a reader whose object is replaced before the first byte is told, one that is growing gives what was there", async () => {
  await write("digits/output/log", "one");
  const grown = await store.get("digits/output", "log");
  await writeFile(join(folder, "digits/output/log"), "one and two");
  const replaced = await store.get("digits/output", "log");

  expect(await text(grown?.body)).toBe("one");
  await writeFile(join(folder, "other"), "completely different");
  await rename(join(folder, "other"), join(folder, "digits/output/log"));
  await expect(text(replaced?.body)).rejects.toThrow(ConflictError);
});

test("ten thousand objects are listed page by page, each once", async () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `${index % 7}/${index}`);
  for (const name of ["0", "1", "2", "3", "4", "5", "6"])
    await mkdir(join(folder, "digits/input", name), { recursive: true });
  await Promise.all(names.map((name) => writeFile(join(folder, "digits/input", name), "")));

  const found: string[] = [];
  let after: string | undefined;
  do {
    const page = await store.list("digits/input", { limit: 999, after });
    found.push(...page.objects.map(({ key }) => key));
    after = page.nextAfter;
  } while (after !== undefined);

  expect(found).toEqual(names.toSorted());
});

test("a folder of more objects than are held at a time is listed whole", async () => {
  const names = Array.from({ length: 9_000 }, (_, index) => `${index}`);
  await mkdir(join(folder, "digits/input"), { recursive: true });
  await Promise.all(names.map((name) => writeFile(join(folder, "digits/input", name), "")));

  const { objects, nextAfter } = await store.list("digits/input", { limit: 10_000 });

  expect(objects.map(({ key }) => key)).toEqual(names.toSorted());
  expect(nextAfter).toBeUndefined();
});

test("folders without objects are not shown", async () => {
  await mkdir(join(folder, "digits/output/empty/er"), { recursive: true });
  await write("digits/output/full/er/x");

  expect(await store.list("digits/output", { delimiter: "/", limit: 9 })).toEqual({
    objects: [],
    prefixes: ["full/"],
    nextAfter: undefined,
  });
});

test("a bucket's name cannot lead out of the store", async () => {
  for (const bucket of ["..", "digits/../..", "/etc", "", ".hidden"])
    await expect(store.list(bucket, { limit: 1 })).rejects.toThrow(BadRequestError);
  await expect(store.list("digits/input", { limit: 1, prefix: "../" })).rejects.toThrow(/\.\./);
});

async function write(path: string, content = "x"): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
}

const mode = async (path: string) => ((await stat(join(folder, path))).mode & 0o777).toString(8);

const keys = async (bucket: string) =>
  (await store.list(bucket, { limit: 100 })).objects.map(({ key }) => key);

async function* dying(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("half of it");
  throw new Error("the line went dead");
}
