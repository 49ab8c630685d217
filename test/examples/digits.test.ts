import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { inflateSync } from "node:zlib";

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { z } from "zod";

import type { Manifest } from "../../src/core/manifest.ts";
import { resolveParams } from "../../src/core/overrides.ts";
import { manifestParser } from "../../src/manifest/parse.ts";

const run = promisify(execFile);
const example = new URL("../../examples/digits/", import.meta.url).pathname;
const image = `assay-test-digits:${randomUUID()}`;
const containers: string[] = [];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-digits-"));
  await run("docker", ["build", "--quiet", "--tag", image, example]);
});

afterAll(async () => {
  if (containers.length > 0) await run("docker", ["rm", "--force", ...containers]);
  await run("docker", ["rmi", "--force", image]);
  await rm(folder, { recursive: true });
});

test("the example's manifest asks for one worker, without a warning", async () => {
  const { errors, warnings, manifest } = await parseManifest();

  expect(errors).toEqual([]);
  expect(warnings).toEqual([]);
  expect(manifest?.spec.operator).toBe("jobset");
  expect(manifest?.spec.types).toMatchObject([
    { name: "worker", count: 1, resources: { cpus: 1, memoryBytes: 2 ** 30 } },
  ]);
});

test("the training reads more than 93 of 100 new digits right, and writes metrics, curve and model", async () => {
  const container = await start((await demandManifest()).spec.command);

  expect(await exitCode(container)).toBe(0);

  const { accuracy, loss, params, history } = await metrics(container);
  expect(params).toMatchObject({ lr: 0.05, epochs: 80 });
  expect(accuracy).toBeGreaterThan(0.93);
  expect(history.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 80 }, (_, i) => i + 1));
  expect(loss).toBeLessThan(history[0]?.loss ?? 0);
  expect(history.at(-1)).toEqual({ epoch: 80, loss, accuracy });
  const lines = (await output(container, "metrics.jsonl")).toString().trimEnd().split("\n");
  expect(lines).toHaveLength(80);
  expect(JSON.parse(lines.at(-1) ?? "")).toEqual({ step: 80, loss, accuracy });

  const { width, height, pixels } = readPng(await output(container, "curve.png"));
  expect(pixels.length).toBe((width * 3 + 1) * height);
  expect(new Set(pixels).size).toBeGreaterThan(10);
  // A .npz is a zip.
  expect((await output(container, "model.npz")).subarray(0, 2).toString()).toBe("PK");

  const { stdout: log } = await run("docker", ["logs", container]);
  expect(log.match(/^epoch +\d+\/80 {2}loss \d\.\d{4} {2}accuracy \d\.\d{3}$/gm)).toHaveLength(80);
});

test("the same seed trains the same network, another one another", async () => {
  const command = "python3 src/train.py --epochs 3";
  const containers = [
    await start(command, { seed: 7 }),
    await start(command, { seed: 7 }),
    await start(command, { seed: 8 }),
  ];

  for (const container of containers) expect(await exitCode(container)).toBe(0);

  const [first, second, other] = await Promise.all(
    containers.map(async (container) => (await metrics(container)).history),
  );
  expect(second).toEqual(first);
  expect(other).not.toEqual(first);
});

test("a training that is told to stop saves a checkpoint first", async () => {
  const container = await start("exec python3 src/train.py --epochs 100000");
  await firstEpoch(container);

  await run("docker", ["stop", "--time", "30", container]);

  expect(await exitCode(container)).toBe(143);
  expect((await output(container, "checkpoint.npz")).subarray(0, 2).toString()).toBe("PK");
});

async function parseManifest() {
  return manifestParser.parse(await readFile(join(example, "manifest.yaml"), "utf8"));
}

async function demandManifest(): Promise<Manifest> {
  const { manifest } = await parseManifest();
  if (manifest === undefined) throw new Error("the example's manifest is wrong");
  return resolveParams(manifest);
}

async function start(command: string, { seed = 1 } = {}): Promise<string> {
  const limits = ["--init", "--network", "none", "--cpus", "1", "--memory", "1g"];
  const variables = ["ASSAY_OUTPUT_PATH=/output/", `ASSAY_SEED=${seed}`, "OMP_NUM_THREADS=1"];
  const environment = variables.flatMap((variable) => ["--env", variable]);
  const program = [image, "sh", "-c", command];
  const { stdout } = await run("docker", [
    "run",
    "--detach",
    ...limits,
    ...environment,
    ...program,
  ]);
  const container = stdout.trim();
  containers.push(container);
  return container;
}

async function exitCode(container: string): Promise<number> {
  return Number((await run("docker", ["wait", container])).stdout);
}

async function output(container: string, name: string): Promise<Buffer> {
  const copy = join(folder, `${container}-${name}`);
  await run("docker", ["cp", `${container}:/output/${name}`, copy]);
  return readFile(copy);
}

const Metrics = z.object({
  accuracy: z.number(),
  loss: z.number(),
  params: z.record(z.string(), z.number()),
  history: z.array(z.object({ epoch: z.number(), loss: z.number(), accuracy: z.number() })),
});

async function metrics(container: string): Promise<z.infer<typeof Metrics>> {
  return Metrics.parse(JSON.parse((await output(container, "metrics.json")).toString()));
}

/** Follows the log until training is under way. */
async function firstEpoch(container: string): Promise<void> {
  const logs = execFile("docker", ["logs", "--follow", container]);
  for await (const text of logs.stdout ?? []) if (String(text).includes("epoch")) break;
  logs.kill();
}

interface Png {
  readonly width: number;
  readonly height: number;
  /** Each row begins with the number of its filter. */
  readonly pixels: Buffer;
}

function readPng(file: Buffer): Png {
  expect(file.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    chunks.set(file.toString("latin1", at + 4, at + 8), file.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  expect([...chunks.keys()]).toEqual(["IHDR", "IDAT", "IEND"]);
  const header = chunks.get("IHDR") ?? Buffer.alloc(8);
  return {
    width: header.readUInt32BE(0),
    height: header.readUInt32BE(4),
    pixels: inflateSync(chunks.get("IDAT") ?? Buffer.alloc(0)),
  };
}
