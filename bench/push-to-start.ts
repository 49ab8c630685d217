import { execFile } from "node:child_process";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import Dockerode from "dockerode";

import { createWorkingCopy, type WorkingCopy } from "../test/support/git.ts";
import { removeImages } from "../test/support/images.ts";
import { type BenchServer, TOKEN, withServer } from "./bench-server.ts";
import { type Figure, median, quantile } from "./figure.ts";

const WARM_UP = 2;
/** Neither side pays for what the other one has left to do. */
const SETTLE_MS = 1200;
const docker = new Dockerode();
const run = promisify(execFile);

const MANIFEST = `kind: AIchorManifest
builder: { image: bench, dockerfile: Dockerfile }
spec:
  operator: jobset
  image: bench
  command: cat src/data.txt
  types: { worker: { resources: { cpus: 1, memory: 0.25 } } }
`;
const FILES = {
  "manifest.yaml": MANIFEST,
  Dockerfile: "FROM assay/busybox:local\nWORKDIR /work\nCOPY src src\nRUN chmod -R a+r src\n",
  ".dockerignore": "notes.md\nmanifest.yaml\n",
  "src/data.txt": "0\n",
  "notes.md": "0\n",
};

interface Round {
  readonly floor: number;
  readonly ours: number;
  readonly parts: Readonly<Record<string, number>>;
}

/**
 * Push → container started, in rounds that alternate with the shell floor of the same run: a bare repository whose
 * post-receive hook does `git clone --depth 1 && docker build && docker run`. Both sides are timed from the moment
 * `git push` is typed to the container's own StartedAt, and both containers are in a bridge network of their project's.
 *
 *   npm run bench -- push-to-start [rounds]
 */
export function pushToStart(rounds = 20): Promise<readonly Figure[]> {
  return withServer(async (server, folder) => {
    const floor = await createFloor(folder);
    try {
      const request = { name: "bench", forge: "builtin" };
      const { gitUrl } = await server.call("POST", "/api/v1/projects", request);
      const ours = await createWorkingCopy(gitUrl, TOKEN);
      await ours.commit("the beginning", FILES);
      await ours.push();
      const unchanged = await measure(rounds, "notes.md", floor, server, ours);
      const changed = await measure(rounds, "src/data.txt", floor, server, ours);
      await ours.remove();
      return [
        toFigure("nothing changed that enters the image", unchanged, { p50: 1, p95: 1.3 }),
        toFigure("a source file changed, layers cached", changed, { p50: 1.15, p95: 1.5 }),
        withoutBuild(unchanged),
      ];
    } finally {
      await floor.remove();
    }
  });
}

async function measure(
  rounds: number,
  path: string,
  floor: Floor,
  server: BenchServer,
  ours: WorkingCopy,
): Promise<readonly Round[]> {
  const all: Round[] = [];
  for (let round = -WARM_UP; round < rounds; round += 1) {
    // Never the same over two runs of the bench: the floor's layers would be cached.
    const files = { [path]: `${path} ${Date.now()}\n` };
    await sleep(SETTLE_MS);
    const floorMs = await floorRound(floor, files);
    await sleep(SETTLE_MS);
    const one = { floor: floorMs, ...(await ourRound(server, ours, files)) };
    if (round >= 0) all.push(one);
  }
  return all;
}

interface Floor {
  readonly copy: WorkingCopy;
  readonly remove: () => Promise<void>;
}

/** Its client builds with BuildKit, and is Debian's own where there are several. */
async function createFloor(folder: string): Promise<Floor> {
  const name = `assay-bench-${process.pid}`;
  const bare = join(folder, "floor.git");
  const client = await run("/usr/bin/docker", ["--version"]).then(
    () => "/usr/bin/docker",
    () => "docker",
  );
  await run("git", ["init", "-q", "--bare", "-b", "main", bare]);
  const network = await docker.createNetwork({ Name: name, Driver: "bridge" });
  const hook = `#!/bin/sh
set -e
read old new ref
unset GIT_DIR
d=$(mktemp -d ${folder}/clone-XXXXXX)
git clone -q --depth 1 file://${bare} "$d" >/dev/null 2>&1
DOCKER_BUILDKIT=1 ${client} build -q --label ${name} -t ${name} "$d" >/dev/null 2>&1
${client} run --name ${name}-$new --network ${name} ${name} cat src/data.txt
rm -rf "$d"
`;
  await writeFile(join(bare, "hooks", "post-receive"), hook);
  await chmod(join(bare, "hooks", "post-receive"), 0o755);
  const copy = await createWorkingCopy(bare);
  await copy.commit("the beginning", FILES);
  console.log(`The floor's client: ${(await run(client, ["--version"])).stdout.trim()}`);
  return {
    copy,
    async remove() {
      await copy.remove();
      await network.remove();
      await removeImages(name);
    },
  };
}

async function floorRound(
  { copy }: Floor,
  files: Readonly<Record<string, string>>,
): Promise<number> {
  const commit = await copy.commit("exp: round", files);
  const from = Date.now();
  await copy.push();
  const container = docker.getContainer(`assay-bench-${process.pid}-${commit}`);
  const { State } = await container.inspect();
  await container.remove();
  return Date.parse(State.StartedAt) - from;
}

async function ourRound(
  server: BenchServer,
  copy: WorkingCopy,
  files: Readonly<Record<string, string>>,
): Promise<Omit<Round, "floor">> {
  const commit = await copy.commit("exp: round", files);
  const from = Date.now();
  await copy.push();
  const { createdAt, steps, runs } = await server.finished("bench", commit);
  const parts: Record<string, number> = { "push → Waiting": Date.parse(createdAt) - from };
  for (const { name, startedAt, finishedAt } of steps)
    parts[name] = Date.parse(finishedAt) - Date.parse(startedAt ?? finishedAt);
  const started = Date.parse(runs[0].replicas[0].startedAt);
  parts["Running → started"] = started - Date.parse(steps[4].startedAt);
  return { ours: started - from, parts };
}

function toFigure(
  what: string,
  rounds: readonly Round[],
  target: { readonly p50: number; readonly p95: number },
): Figure {
  const ours = rounds.map((round) => round.ours);
  const floor = rounds.map((round) => round.floor);
  const p50 = median(ours) / median(floor);
  const p95 = quantile(ours, 0.95) / quantile(floor, 0.95);
  const parts = Object.keys(rounds[0]?.parts ?? {}).map(
    (name) => `${name} ${median(rounds.map((round) => round.parts[name] ?? 0))}`,
  );
  console.log(`Medians of our parts, ms, ${what}: ${parts.join(", ")}`);
  return {
    figure: `push → container started, ${what} (n = ${rounds.length})`,
    target: `≤ ${target.p50.toFixed(2)} of the floor, p95 ≤ ${target.p95.toFixed(2)}`,
    ours: `${p50.toFixed(2)}, p95 ${p95.toFixed(2)} (${median(ours)} ms, p95 ${quantile(ours, 0.95)})`,
    beside: `clone, build, run in a hook: ${median(floor)} ms, p95 ${quantile(floor, 0.95)}`,
    reached: p50 <= target.p50 && p95 <= target.p95,
  };
}

function withoutBuild(rounds: readonly Round[]): Figure {
  const building = rounds.map(({ parts }) => parts["Building"] ?? Number.NaN);
  return {
    figure: "Building where nothing that enters the image changed",
    target: "no build, ≤ 50 ms",
    ours: `${median(building)} ms, p95 ${quantile(building, 0.95)}`,
    beside: "",
    reached: median(building) <= 50,
  };
}
