import { Readable } from "node:stream";

import { expect, test } from "@jest/globals";

import { BuildProgress } from "../../../src/builders/docker/progress.ts";
import { readResponse } from "../../../src/builders/docker/response.ts";
import type { Trace, Vertex } from "../../../src/builders/docker/trace.ts";

const nothing: Trace = { vertices: [], statuses: [], logs: [], warnings: [] };
const vertex: Vertex = {
  digest: "sha256:1",
  name: "[2/2] RUN make",
  cached: false,
  started: 10,
  completed: undefined,
  error: "",
};
const begun: Trace = { ...nothing, vertices: [vertex] };
const ended: Trace = { ...nothing, vertices: [{ ...vertex, completed: 12.34 }] };
const said = (text: string | Uint8Array, stream = 1): Trace => ({
  ...nothing,
  logs: [{ vertex: "sha256:1", stream, bytes: Buffer.from(text) }],
});
const shown = (...traces: readonly Trace[]): string => {
  const progress = new BuildProgress();
  return traces.map((trace) => progress.read(trace)).join("");
};

test("lines are put together from pieces, each stream by itself", () => {
  expect(shown(begun, said("on"), said("er", 2), said("e\ntwo"), said("ror\n", 2), ended)).toBe(
    "#1 [2/2] RUN make\n#1 one\n#1 error\n#1 two\n#1 DONE 2.3s\n",
  );
});

test("a character that is cut in two comes out whole", () => {
  const bytes = Buffer.from("é\n");

  expect(shown(begun, said(bytes.subarray(0, 1)), said(bytes.subarray(1)))).toContain("#1 é\n");
});

test("a progress bar moves, and Windows line ends are lines", () => {
  expect(shown(begun, said("10%\r"), said("20%\r30%"), said("\r\nend\r"), said("\n"))).toBe(
    "#1 [2/2] RUN make\n#1 10%\r#1 20%\r#1 30%\n#1 end\n",
  );
});

test("a line without an end is shown before it fills the memory", () => {
  expect(shown(begun, said("x".repeat(20_000)))).toBe(
    `#1 [2/2] RUN make\n#1 ${"x".repeat(20_000)}\n`,
  );
});

test("a step is begun and ended once, however often it is told", () => {
  expect(shown(begun, begun, ended, ended)).toBe("#1 [2/2] RUN make\n#1 DONE 2.3s\n");
});

test("of several steps that end with an error, the one that others were cancelled for failed", () => {
  const progress = new BuildProgress();
  const cancelled = { ...vertex, digest: "sha256:2", error: "context canceled", completed: 11 };
  const failed = { ...vertex, error: "exit code: 1", completed: 12 };

  const text = progress.read({ ...nothing, vertices: [cancelled, failed] });

  expect(text).toContain("#1 CANCELED\n#2 ERROR: exit code: 1\n");
  expect(progress.failed).toEqual({ name: "[2/2] RUN make", error: "exit code: 1", output: "" });
});

test("a long pull is shown every few seconds, and when it is done", () => {
  const status = { vertex: "sha256:1", id: "sha256:ab", total: 4e6, started: 10 };
  const at = (seconds: number, current: number, completed?: number): Trace => ({
    ...nothing,
    statuses: [{ ...status, current, at: seconds, completed }],
  });

  expect(
    shown(begun, at(11, 1e6), at(15.5, 2e6), at(16, 3e6), at(17, 4e6, 17), at(18, 4e6, 17)),
  ).toBe(
    "#1 [2/2] RUN make\n#1 sha256:ab 2.0 MB / 4.0 MB\n#1 sha256:ab 4.0 MB / 4.0 MB 7.0s done\n",
  );
});

/** A vertex as BuildKit encodes it: field 1 with a digest, the name "b", started at second 1. */
const trace = (digest: number): string =>
  Buffer.from([10, 10, 10, 1, digest, 26, 1, 98, 42, 2, 8, 1]).toString("base64");

test("a response is read at the pace of the log", async () => {
  let read = 0;
  const response = Readable.from(
    (function* () {
      for (; read < 100; read += 1)
        yield `${JSON.stringify({ id: "moby.buildkit.trace", aux: trace(read) })}\n`;
      yield '{"id":"moby.image.id","aux":{"ID":"sha256:1"}}';
    })(),
    { objectMode: true, highWaterMark: 1 },
  );
  let readAtFirst = 0;
  let lines = 0;

  const result = await readResponse(response, new BuildProgress(), async () => {
    lines += 1;
    await new Promise((resolve) => setImmediate(resolve));
    if (lines === 1) readAtFirst = read;
  });

  expect(result).toEqual({ kind: "built", digest: "sha256:1" });
  expect(lines).toBe(100);
  expect(readAtFirst).toBeLessThan(5);
});

test("a response that ends without a word is an error", async () => {
  const read = readResponse(Readable.from([]), new BuildProgress(), async () => {});

  await expect(read).rejects.toThrow("without an image and without an error");
});
