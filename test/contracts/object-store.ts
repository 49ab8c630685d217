import { expect, test } from "@jest/globals";

import { BadRequestError } from "../../src/core/errors.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";

/** What every adapter of the port does. `open` gives a store whose buckets are the test's own. */
export function objectStoreContract(open: () => Promise<ObjectStore>): void {
  test("an object comes back as it was put", async () => {
    const store = await open();

    const put = await store.put("digits/input", "train/a.txt", bytes("hello"));

    const got = await store.get("digits/input", "train/a.txt");
    expect(await text(got?.body)).toBe("hello");
    expect(put).toMatchObject({ key: "train/a.txt", size: 5 });
    expect(got).toMatchObject({ key: "train/a.txt", size: 5, etag: put.etag });
    expect(await store.stat("digits/input", "train/a.txt")).toEqual(put);
    expect(Math.abs(Date.now() - put.modifiedAt.getTime())).toBeLessThan(60_000);
  });

  test("an object may be empty, and a key may be in any script", async () => {
    const store = await open();

    await store.put("digits/input", "ноль/零 'null'\\\n.txt", bytes(""));

    const got = await store.get("digits/input", "ноль/零 'null'\\\n.txt");
    expect(got?.size).toBe(0);
    expect(await text(got?.body)).toBe("");
  });

  test("a later put replaces the object and its etag", async () => {
    const store = await open();
    const first = await store.put("digits/input", "a", bytes("one"));

    const second = await store.put("digits/input", "a", bytes("two"));

    expect(second.etag).not.toBe(first.etag);
    expect(await text((await store.get("digits/input", "a"))?.body)).toBe("two");
  });

  test("what is not there is undefined, and deleting it says so", async () => {
    const store = await open();
    await store.put("digits/input", "a", bytes("one"));

    expect(await store.get("digits/input", "b")).toBeUndefined();
    expect(await store.get("digits/input", "a/b")).toBeUndefined();
    expect(await store.get("digits/nothing", "a")).toBeUndefined();
    expect(await store.stat("digits/input", "b")).toBeUndefined();
    expect(await store.delete("digits/input", "b")).toBe(false);
    expect(await store.delete("digits/input", "a")).toBe(true);
    expect(await store.get("digits/input", "a")).toBeUndefined();
  });

  test("a range gives its bytes and the size of the whole", async () => {
    const store = await open();
    await store.put("digits/input", "a", bytes("0123456789"));
    const part = async (range: { start: number; end?: number }) => {
      const got = await store.get("digits/input", "a", range);
      return [got?.size, await text(got?.body)];
    };

    expect(await part({ start: 2, end: 5 })).toEqual([10, "234"]);
    expect(await part({ start: 7 })).toEqual([10, "789"]);
    expect(await part({ start: 7, end: 99 })).toEqual([10, "789"]);
    expect(await part({ start: 10 })).toEqual([10, ""]);
  });

  test("a list is in the order of the keys' bytes and turns its pages", async () => {
    const store = await open();
    const keys = ["a", "a-b", "a/b", "a/b/c2", "a0", "b/\u{1f600}", "b/\uff21", "b/z", "c"];
    for (const key of keys.filter((key) => key !== "a" && key !== "a/b").toReversed())
      await store.put("digits/input", key, bytes(key));

    const found: string[] = [];
    let after: string | undefined;
    do {
      const page = await store.list("digits/input", { limit: 2, after });
      found.push(...page.objects.map(({ key }) => key));
      after = page.nextAfter;
    } while (after !== undefined);

    expect(found).toEqual(["a-b", "a/b/c2", "a0", "b/z", "b/\uff21", "b/\u{1f600}", "c"]);
  });

  test("a delimiter shows a folder at a time, and a prefix may be half a name", async () => {
    const store = await open();
    for (const key of ["a.txt", "run-1/x", "run-1/y/z", "run-2/x", "rune", "z.txt"])
      await store.put("digits/input", key, bytes(key));
    const list = async (request: Omit<Parameters<ObjectStore["list"]>[1], "limit">) => {
      const { objects, prefixes } = await store.list("digits/input", { ...request, limit: 10 });
      return [...prefixes, ...objects.map(({ key }) => key)];
    };

    expect(await list({ delimiter: "/" })).toEqual(["run-1/", "run-2/", "a.txt", "rune", "z.txt"]);
    expect(await list({ delimiter: "/", prefix: "run-1/" })).toEqual(["run-1/y/", "run-1/x"]);
    expect(await list({ delimiter: "/", prefix: "run" })).toEqual(["run-1/", "run-2/", "rune"]);
    expect(await list({ prefix: "run-" })).toEqual(["run-1/x", "run-1/y/z", "run-2/x"]);
    expect(await list({ delimiter: "/", prefix: "run", after: "run-1/" })).toEqual([
      "run-2/",
      "rune",
    ]);
    expect(await list({ prefix: "nothing/" })).toEqual([]);
  });

  test("an upload that breaks off is never seen, and leaves the object as it was", async () => {
    const store = await open();
    await store.put("digits/input", "kept", bytes("before"));

    for (const key of ["kept", "new/er"])
      await expect(store.put("digits/input", key, broken())).rejects.toThrow("the line went dead");

    expect(await text((await store.get("digits/input", "kept"))?.body)).toBe("before");
    const { objects } = await store.list("digits/input", { limit: 10 });
    expect(objects.map(({ key }) => key)).toEqual(["kept"]);
  });

  test("an upload is not seen before it is whole, and can be aborted while it waits", async () => {
    const store = await open();
    const abort = new AbortController();
    const waiting = Promise.withResolvers<void>();
    const upload = store.put("digits/input", "a", endless(waiting.resolve), abort.signal);
    await waiting.promise;

    expect(await store.stat("digits/input", "a")).toBeUndefined();
    abort.abort(new Error("changed my mind"));
    await expect(upload).rejects.toThrow("changed my mind");

    const { objects } = await store.list("digits/input", { limit: 10 });
    expect(objects).toEqual([]);
  });

  test.each([
    ["that is empty", ""],
    ["that begins with a slash", "/a"],
    ["that ends in a slash", "a/"],
    ["with an empty part", "a//b"],
    ["that leads out of the bucket", "../a"],
    ["that leads back", "a/../b"],
    ["with a part that says nothing", "a/./b"],
    ["with a NUL", "a\0b"],
    ["of more than 1024 bytes", `${"x/".repeat(512)}x`],
    ["that is no Unicode text", "\ud800"],
  ])("a key %s is refused with a sentence", async (_, key) => {
    const store = await open();

    const refused = [
      store.put("digits/input", key, bytes("x")),
      store.stat("digits/input", key),
      store.get("digits/input", key),
      store.delete("digits/input", key),
    ];

    for (const result of await Promise.allSettled(refused)) {
      const reason = result.status === "rejected" ? result.reason : undefined;
      expect(reason).toBeInstanceOf(BadRequestError);
      expect(reason.message).toMatch(/^The key .*\.$/);
    }
  });
}

export async function text(body: AsyncIterable<Uint8Array> | undefined): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of body ?? []) parts.push(part);
  return Buffer.concat(parts).toString();
}

export async function* bytes(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("half of it");
  throw new Error("the line went dead");
}

async function* endless(onWaiting: () => void): AsyncGenerator<Uint8Array> {
  yield Buffer.from("half of it");
  onWaiting();
  await new Promise(() => {});
}
