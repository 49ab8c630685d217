import { createHash } from "node:crypto";
import { request as httpRequest } from "node:http";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { LogEnd, LogText } from "../../src/contract/log.ts";
import type { Experiment, Step } from "../../src/core/experiment.ts";
import type { LogWriter } from "../../src/core/log-store.ts";
import type { Project } from "../../src/core/project.ts";
import { type Api, createTestExperiment, createTestProject, startApi } from "./start-api.ts";
import { eventsOf } from "./streams.ts";

const TEXT = "épochs ▁▃▅▆\nloss 0.25 🙂\nacc 0.951\n";
const bytes = Buffer.from(TEXT);
const sha256 = createHash("sha256").update(bytes).digest("hex");

let api: Api;
let project: Project;
let experiment: Experiment;
beforeAll(async () => {
  api = await startApi();
  project = await createTestProject(api.ports.database);
  experiment = await createTestExperiment(api.ports.database, project);
  const writer = await open(experiment, "Building");
  await write(writer, TEXT);
  await writer.seal();
});
afterAll(() => api.stop());

const open = ({ id }: Experiment, step: Step): Promise<LogWriter> =>
  api.ports.logs.open({ experimentId: id, step }, []);
const write = (writer: LogWriter, text: string): Promise<void> =>
  writer.write({ stream: "stdout", bytes: Buffer.from(text) });
const logOf = (
  query = "",
  headers: Readonly<Record<string, string>> = {},
  { id } = experiment,
): Promise<Response> => api.call(`/api/v1/experiments/${id}/logs${query}`, { headers });
const follow = (
  query = "",
  headers: Readonly<Record<string, string>> = {},
  of = experiment,
): Promise<Response> => logOf(query, { accept: "text/event-stream", ...headers }, of);

/** All that a stream brings: its text, the ids, and how it ended. */
async function collect(response: Response) {
  let text = "";
  const ids: number[] = [];
  const others: string[] = [];
  let end: unknown;
  for await (const { event, id, data } of eventsOf(response)) {
    if (event === "message") {
      text += LogText.parse(data).text;
      ids.push(Number(id));
    } else if (event === "end") end = LogEnd.parse(data);
    else others.push(event);
  }
  return { text, ids, others, end };
}

test("a log is plain text, and says which log it is", async () => {
  const response = await logOf();

  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  expect(response.headers.get("content-length")).toBe(String(bytes.length));
  expect(response.headers.get("content-location")).toMatch(/\/logs\?step=Building$/);
  expect(await response.text()).toBe(TEXT);
});

test("byte ranges, offsets and tails give their part", async () => {
  const hex = (start: number, end?: number): string => bytes.subarray(start, end).toString("hex");

  expect(await part("", "bytes=3-9")).toEqual([206, hex(3, 10)]);
  expect(await part("", "bytes=-4")).toEqual([206, hex(-4)]);
  expect(await part("?offset=5")).toEqual([200, hex(5)]);
  expect(await part(`?offset=${bytes.length}`)).toEqual([200, ""]);
  expect(await part("?tail=1")).toEqual([200, Buffer.from("acc 0.951\n").toString("hex")]);
  expect(await part("?tail=99")).toEqual([200, hex(0)]);
});

test("beyond the end is a 416, and a question that makes no sense a 400", async () => {
  const beyond = await logOf("", { range: "bytes=9999-" });

  expect(beyond.status).toBe(416);
  expect(beyond.headers.get("content-range")).toBe(`bytes */${bytes.length}`);
  expect((await logOf("?offset=9999")).status).toBe(416);
  expect((await follow("?offset=9999")).status).toBe(416);
  expect((await logOf("?offset=-1")).status).toBe(400);
  expect((await logOf("?offset=1&tail=1")).status).toBe(400);
  expect((await logOf("?step=Baking")).status).toBe(400);
  expect((await follow("", { "last-event-id": "x" })).status).toBe(400);
});

test("a log that is not there is a 404 that says which are", async () => {
  const response = await logOf("?step=Cloning");

  expect(response.status).toBe(404);
  expect(Object(await response.json()).detail).toMatch(
    /#1 has no such log\. It is at \w+ and has \?step=Building\.$/,
  );
});

test("a finished log streams whole and ends with its size and hash", async () => {
  const response = await follow();
  const { text, ids, end } = await collect(response);

  expect(response.headers.get("content-type")).toContain("text/event-stream");
  expect(response.headers.get("cache-control")).toContain("no-transform");
  expect(response.headers.get("x-accel-buffering")).toBe("no");
  expect(text).toBe(TEXT);
  expect(ids.at(-1)).toBe(bytes.length);
  expect(end).toEqual({ bytes: bytes.length, sha256 });
});

test("whoever resumes at any id loses nothing and repeats nothing, whatever the address says", async () => {
  const { ids } = await collect(await follow());

  for (const id of ids) {
    const resumed = await collect(await follow("?offset=1", { "last-event-id": String(id) }));
    expect(bytes.subarray(0, id).toString() + resumed.text).toBe(TEXT);
    expect(resumed.end).toEqual({ bytes: bytes.length, sha256 });
  }
});

test("a stream may begin at an offset or at the last lines", async () => {
  expect((await collect(await follow("?tail=2"))).text).toBe("loss 0.25 🙂\nacc 0.951\n");
  expect((await collect(await follow(`?offset=${bytes.length - 4}`))).text).toBe("951\n");
});

test("what is written while one follows comes at once, with word of what changes", async () => {
  const live = await createTestExperiment(api.ports.database, project);
  const writer = await open(live, "Cloning");
  await write(writer, "fetching ▁");
  const stream = eventsOf(await follow("", {}, live));

  expect(await read(stream, "fetching ▁")).toBe("fetching ▁");
  await write(writer, "▃ done\n");
  expect(await read(stream, "▃ done\n")).toBe("▃ done\n");
  await api.call(`/api/v1/experiments/${live.id}/cancel`, { method: "POST" });
  expect(await stream.next()).toMatchObject({ value: { event: "changed", data: { id: live.id } } });
  await writer.seal();
  expect(await stream.next()).toMatchObject({ value: { event: "end" } });
  expect((await stream.next()).done).toBe(true);
});

test("one may follow before there is any log", async () => {
  const early = await createTestExperiment(api.ports.database, project);
  expect((await logOf("", {}, early)).status).toBe(404);
  const following = collect(await follow("", {}, early));

  const writer = await open(early, "Cloning");
  await write(writer, "hello\n");
  await writer.seal();

  expect((await following).text).toBe("hello\n");
});

test("an experiment that ends without a log ends its stream", async () => {
  const early = await createTestExperiment(api.ports.database, project);
  const following = collect(await follow("", {}, early));

  await api.ports.database.experiments.advance(early, { step: "Waiting", status: "Cancelled" });

  expect((await following).end).toMatchObject({ bytes: 0 });
});

test("a client that does not read is not buffered for, and has everything in the end", async () => {
  const long = await createTestExperiment(api.ports.database, project);
  const writer = await open(long, "Cloning");
  const line = `${"x".repeat(999)}\n`;
  await write(writer, line.repeat(20_000));
  await writer.seal();
  const before = process.memoryUsage().arrayBuffers;

  const paused = await pausedRequest(`/api/v1/experiments/${long.id}/logs`);
  // Other requests are answered meanwhile.
  for (let count = 0; count < 20; count += 1) await logOf();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(15_000_000);

  const { text } = await collect(new Response(paused.resume()));
  expect(text.length).toBe(20_000_000);
});

test("a server that stops ends its streams", async () => {
  const lonely = await startApi();
  const one = await createTestExperiment(
    lonely.ports.database,
    await createTestProject(lonely.ports.database),
  );
  const response = await lonely.call(`/api/v1/experiments/${one.id}/events`);
  const events = eventsOf(response);
  expect((await events.next()).done).toBe(false);

  await lonely.stop();

  expect((await events.next()).done).toBe(true);
});

/** The status and the bytes, in hex. */
async function part(query: string, range?: string) {
  const response = await logOf(query, range === undefined ? {} : { range });
  return [response.status, Buffer.from(await response.arrayBuffer()).toString("hex")];
}

/** The next text of a stream, as long as what is expected. */
async function read(stream: AsyncGenerator<{ readonly data: unknown }>, expected: string) {
  let text = "";
  while (text.length < expected.length) {
    const { value } = await stream.next();
    text += LogText.parse(value.data).text;
  }
  return text;
}

/** A stream whose answer has begun and is not read. */
function pausedRequest(path: string): Promise<{ resume: () => ReadableStream }> {
  const { hostname, port } = new URL(api.url);
  const headers = { accept: "text/event-stream", authorization: `Bearer ${api.token}` };
  return new Promise((resolve, reject) => {
    httpRequest({ hostname, port, path, headers, agent: false }, (response) => {
      resolve({
        resume: () =>
          new ReadableStream({
            start(controller) {
              response.on("data", (chunk) => controller.enqueue(chunk));
              response.on("end", () => controller.close());
            },
          }),
      });
    })
      .on("error", reject)
      .end();
  });
}
