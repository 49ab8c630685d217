import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { createApp } from "../../src/api/app.ts";
import { serveDashboard } from "../../src/api/dashboard.ts";
import { listen, type Listener } from "../../src/api/listen.ts";

let folder: string;
let server: Listener;
const get = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-web-"));
  const app = createApp();
  serveDashboard(app, join(folder, "web"));
  server = await listen(app, "127.0.0.1", 0);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

test("without a built dashboard its addresses say how to build it", async () => {
  const answer = await get("/");

  expect(answer.status).toBe(503);
  expect(await answer.text()).toMatch(/not built: npm run build does it.*\/api\/v1\/openapi.json/);
});

test("every address of the dashboard is its page, which may run nothing but our own files", async () => {
  await build();

  for (const path of ["/", "/sign-in", "/experiments/digits%231", "/projects/digits/datasets"]) {
    const answer = await get(path);
    expect(await answer.text()).toBe("<!doctype html>");
    expect(answer.headers.get("cache-control")).toBe("no-cache");
    expect(answer.headers.get("content-type")).toContain("text/html");
    const policy = answer.headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toContain("unsafe");
  }
});

test("files with their hash in the name are kept for ever, and only files are there", async () => {
  await build();

  const answer = await get("/assets/index-abc.js");
  const missing = await Promise.all(
    ["/assets/none.js", "/assets/", "/assets/..%2findex.html", "/assets/.hidden.js"].map(get),
  );

  expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(answer.headers.get("content-type")).toContain("javascript");
  expect(answer.headers.get("content-encoding")).toBe("gzip");
  expect(await answer.text()).toBe("1");
  expect(missing.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
});

async function build(): Promise<void> {
  await mkdir(join(folder, "web/assets"), { recursive: true });
  await writeFile(join(folder, "web/index.html"), "<!doctype html>");
  await writeFile(join(folder, "web/assets/index-abc.js"), "1");
  await writeFile(join(folder, "web/assets/.hidden.js"), "1");
}
