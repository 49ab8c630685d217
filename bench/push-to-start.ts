import { execFile, spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import Dockerode from "dockerode";

import { removeImages, removeImagesOf } from "../test/support/images.ts";

/**
 * Push → container started, in rounds that alternate with the shell floor of the same run: a bare repository whose
 * post-receive hook does `git clone --depth 1 && docker build && docker run`. Both sides are timed from the moment
 * `git push` is typed to the container's own StartedAt; both run on a bridge network.
 *
 *   npm run bench -- push-to-start [rounds]
 */
const rounds = Number(process.argv[3] ?? 20);
const WARM_UP = 2;
const run = promisify(execFile);
const docker = new Dockerode();
const root = await mkdtemp(join(tmpdir(), "assay-bench-"));
const TOKEN = "bench-token-0123456789";
/** Its images lose their name to the next round's. */
const FLOOR_LABEL = `assay.bench=${basename(root)}`;

const manifest = `kind: AIchorManifest
builder: { image: bench, dockerfile: Dockerfile }
spec:
  operator: jobset
  image: bench
  command: cat src/data.txt
  types: { worker: { resources: { cpus: 1, memory: 0.25 } } }
`;
const files = {
  "manifest.yaml": manifest,
  Dockerfile: "FROM assay/busybox:local\nWORKDIR /work\nCOPY src src\nRUN chmod -R a+r src\n",
  ".dockerignore": "notes.md\nmanifest.yaml\n",
  "src/data.txt": "0\n",
  "notes.md": "0\n",
};

interface Copy {
  readonly git: (...args: string[]) => Promise<string>;
  readonly change: (path: string, text: string, message: string) => Promise<string>;
}

async function workingCopy(name: string, remote: string): Promise<Copy> {
  const folder = join(root, name);
  await mkdir(join(folder, "src"), { recursive: true });
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    GIT_AUTHOR_NAME: "bench",
    GIT_AUTHOR_EMAIL: "bench@example.org",
    GIT_COMMITTER_NAME: "bench",
    GIT_COMMITTER_EMAIL: "bench@example.org",
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "http.extraHeader",
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`bench:${TOKEN}`).toString("base64")}`,
  };
  const git = async (...args: string[]): Promise<string> =>
    (await run("git", args, { cwd: folder, env })).stdout.trim();
  await git("init", "-q", "-b", "main");
  await git("remote", "add", "origin", remote);
  for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text);
  await git("add", "-A");
  await git("commit", "-qm", "the beginning");
  return {
    git,
    async change(path, text, message) {
      await writeFile(join(folder, path), text);
      await git("add", "-A");
      await git("commit", "-qm", message);
      return git("rev-parse", "HEAD");
    },
  };
}

/** The floor: a bare repository, and a hook that does it all. Its client builds with BuildKit where it can. */
async function floor(): Promise<{ copy: Copy; client: string }> {
  const bare = join(root, "floor.git");
  await run("git", ["init", "-q", "--bare", "-b", "main", bare]);
  const client = await run("/usr/bin/docker", ["--version"]).then(
    () => "/usr/bin/docker",
    () => "docker",
  );
  const hook = join(bare, "hooks", "post-receive");
  await writeFile(
    hook,
    `#!/bin/sh
set -e
read old new ref
unset GIT_DIR
d=$(mktemp -d ${root}/clone-XXXXXX)
git clone -q --depth 1 file://${bare} "$d" >/dev/null 2>&1
DOCKER_BUILDKIT=1 ${client} build -q -t bench-floor --label ${FLOOR_LABEL} "$d" >/dev/null 2>&1
${client} run --name bench-floor-$new bench-floor cat src/data.txt
rm -rf "$d"
`,
  );
  await chmod(hook, 0o755);
  const copy = await workingCopy("floor", bare);
  return { copy, client: (await run(client, ["--version"])).stdout.trim() };
}

const assay = spawn(process.execPath, ["src/main.ts"], {
  env: {
    ...process.env,
    PORT: "0",
    ASSAY_DATA_DIR: join(root, "data"),
    ASSAY_ADMIN_TOKEN: TOKEN,
    LOG_LEVEL: "warn",
  },
  stdio: ["ignore", "pipe", "inherit"],
});
const url = await new Promise<string>((resolve, reject) => {
  assay.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  assay.stdout.on("data", (bytes: Buffer) => {
    const found = /listens at (\S+)/.exec(bytes.toString())?.[1];
    if (found !== undefined) resolve(found);
  });
});

// oxlint-disable-next-line typescript/no-explicit-any -- JSON of the API
async function call(method: string, path: string, body?: unknown): Promise<any> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  return response.json();
}

interface Round {
  readonly floor: number;
  readonly ours: number;
  readonly steps: Readonly<Record<string, number>>;
}

async function floorRound(copy: Copy, path: string, text: string): Promise<number> {
  const commit = await copy.change(path, text, "exp: round");
  const from = Date.now();
  await copy.git("push", "-q", "origin", "HEAD");
  const container = docker.getContainer(`bench-floor-${commit}`);
  const { State } = await container.inspect();
  await container.remove();
  return Date.parse(State.StartedAt) - from;
}

async function ourRound(copy: Copy, path: string, text: string): Promise<Omit<Round, "floor">> {
  const commit = await copy.change(path, text, "exp: round");
  const from = Date.now();
  await copy.git("push", "-q", "origin", "HEAD");
  for (;;) {
    const { items } = await call("GET", "/api/v1/experiments?project=bench&limit=1");
    const [last] = items;
    if (last?.source.commit === commit && last.finishedAt !== null) {
      if (last.status !== "Succeeded") throw new Error(JSON.stringify(last.steps));
      const steps: Record<string, number> = { "push → Waiting": Date.parse(last.createdAt) - from };
      for (const step of last.steps)
        steps[step.name] =
          Date.parse(step.finishedAt) - Date.parse(step.startedAt ?? step.finishedAt);
      const started = Date.parse(last.runs[0].replicas[0].startedAt);
      steps["Running → started"] = started - Date.parse(last.steps[4].startedAt);
      return { ours: started - from, steps };
    }
    await sleep(25);
  }
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[
    Math.min(values.length - 1, Math.floor(values.length * share))
  ] ?? Number.NaN;
const median = (values: readonly number[]): number => quantile(values, 0.5);

function report(title: string, all: readonly Round[]): void {
  const ours = all.map((round) => round.ours);
  const floors = all.map((round) => round.floor);
  const ratios = (share: number): string =>
    (quantile(ours, share) / quantile(floors, share)).toFixed(2);
  console.log(`\n${title} (${all.length} rounds, ms)`);
  console.log(`  floor  p50 ${median(floors)}  p95 ${quantile(floors, 0.95)}`);
  console.log(`  ours   p50 ${median(ours)}  p95 ${quantile(ours, 0.95)}`);
  console.log(`  ratio  p50 ${ratios(0.5)}  p95 ${ratios(0.95)}`);
  const names = Object.keys(all[0]?.steps ?? {});
  const parts = names.map((name) => `${name} ${median(all.map(({ steps }) => steps[name] ?? 0))}`);
  console.log(`  medians of our parts: ${parts.join(", ")}`);
}

try {
  const { gitUrl } = await call("POST", "/api/v1/projects", { name: "bench", forge: "builtin" });
  const theirs = await floor();
  const ours = await workingCopy("ours", gitUrl);
  await ours.git("push", "-q", "origin", "HEAD");
  console.log(`floor's client: ${theirs.client}`);
  for (const [title, path] of [
    ["nothing that enters the image changed", "notes.md"],
    ["a source file changed, layers cached", "src/data.txt"],
  ] as const) {
    const all: Round[] = [];
    for (let round = 0; round < rounds + WARM_UP; round += 1) {
      // Never the same over two runs of the bench: the floor's layers would be cached.
      const text = `${title} ${Date.now()}\n`;
      const floorMs = await floorRound(theirs.copy, path, text);
      const one = { floor: floorMs, ...(await ourRound(ours, path, text)) };
      if (round >= WARM_UP) all.push(one);
    }
    report(title, all);
  }
} finally {
  assay.kill("SIGTERM");
  await new Promise((resolve) => assay.once("exit", resolve));
  const installation = await readFile(join(root, "data", "database-id"), "utf8");
  await removeImagesOf(installation.trim());
  await removeImages(FLOOR_LABEL);
  await rm(root, { recursive: true, force: true });
}
