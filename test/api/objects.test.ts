import { createHash } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { ObjectAnswer, ObjectPage } from "../../src/contract/object.ts";
import { type Api, createTestProject, read, startApi } from "./start-api.ts";

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await createTestProject(api.ports.database);
});
afterAll(() => api.stop());

const at = (key: string, bucket = "input"): string =>
  `/api/v1/projects/digits/buckets/${bucket}/objects${key}`;
const put = (key: string, body: string): Promise<Response> =>
  api.call(at(key), { method: "PUT", body });

test("what was uploaded is downloaded again, as a file and never as a page", async () => {
  const uploaded = await put("/pages/a%20b.html", "<script>alert(1)</script>");
  const downloaded = await api.call(at("/pages/a%20b.html"));

  expect(uploaded.status).toBe(201);
  expect(await read(ObjectAnswer, uploaded)).toMatchObject({ key: "pages/a b.html", size: 25 });
  expect(await downloaded.text()).toBe("<script>alert(1)</script>");
  expect(downloaded.headers.get("content-type")).toBe("application/octet-stream");
  expect(downloaded.headers.get("content-disposition")).toBe('attachment; filename="a b.html"');
  expect(downloaded.headers.get("content-security-policy")).toContain("sandbox");
  expect(downloaded.headers.get("x-content-type-options")).toBe("nosniff");
});

test("20 MB go through as a stream, byte for byte", async () => {
  const chunk = new Uint8Array(1_000_000).map((_, index) => index % 251);
  const hash = createHash("sha256");
  let sent = 0;
  const body = new ReadableStream({
    pull(controller) {
      if (sent === 20) controller.close();
      else {
        hash.update(chunk);
        controller.enqueue(chunk);
      }
      sent += 1;
    },
  });

  const uploaded = await api.call(at("/big.bin"), { method: "PUT", body, duplex: "half" });
  const downloaded = await (await api.call(at("/big.bin"))).bytes();

  expect((await read(ObjectAnswer, uploaded)).size).toBe(20_000_000);
  expect(createHash("sha256").update(downloaded).digest("hex")).toBe(hash.digest("hex"));
});

test("byte ranges are honoured", async () => {
  await put("/ten.txt", "0123456789");
  const range = async (value: string) => {
    const response = await api.call(at("/ten.txt"), { headers: { range: value } });
    return [response.status, response.headers.get("content-range"), await response.text()];
  };

  expect(await range("bytes=2-4")).toEqual([206, "bytes 2-4/10", "234"]);
  expect(await range("bytes=7-")).toEqual([206, "bytes 7-9/10", "789"]);
  expect(await range("bytes=-3")).toEqual([206, "bytes 7-9/10", "789"]);
  expect(await range("bytes=5-99")).toEqual([206, "bytes 5-9/10", "56789"]);
  expect((await range("bytes=10-")).slice(0, 2)).toEqual([416, "bytes */10"]);
  expect((await range("lines=1-2"))[0]).toBe(200);
  const head = await api.call(at("/ten.txt"), { method: "HEAD" });
  expect([head.status, head.headers.get("content-length")]).toEqual([200, "10"]);
});

test("a bucket lists its keys in order, folders as prefixes, page by page", async () => {
  for (const key of ["/l/a.txt", "/l/b/1.txt", "/l/b/2.txt", "/l/c.txt"]) await put(key, "x");

  const folder = await read(ObjectPage, api.call(at("?prefix=l/&delimiter=/")));
  const first = await read(ObjectPage, api.call(at("?prefix=l/&limit=2")));
  const second = await read(ObjectPage, api.call(at(`?prefix=l/&cursor=${first.nextCursor}`)));

  expect(folder.items.map(({ key }) => key)).toEqual(["l/a.txt", "l/c.txt"]);
  expect(folder.prefixes).toEqual(["l/b/"]);
  expect([...first.items, ...second.items].map(({ key }) => key)).toEqual([
    "l/a.txt",
    "l/b/1.txt",
    "l/b/2.txt",
    "l/c.txt",
  ]);
  expect(second.nextCursor).toBeNull();
});

test("what was deleted is gone, and what never was is a 404", async () => {
  await put("/gone.txt", "x");

  expect((await api.call(at("/gone.txt"), { method: "DELETE" })).status).toBe(204);
  expect((await api.call(at("/gone.txt"), { method: "DELETE" })).status).toBe(404);
  expect((await api.call(at("/gone.txt"))).status).toBe(404);
  expect((await api.call(at("/x", "secrets"))).status).toBe(404);
});

test.each(["/..%2F..%2Fetc%2Fpasswd", "/a%2F..%2Fb", "/%2Fetc%2Fpasswd", "/a%00b", "/.."])(
  "a key that leads elsewhere (%s) is refused",
  async (key) => {
    for (const method of ["GET", "PUT", "DELETE"]) {
      const { status } = await api.call(at(key), { method });
      // ".." is tidied away by the client: then it names another address.
      expect([400, 404, 405]).toContain(status);
    }
  },
);
