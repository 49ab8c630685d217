import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { atStep, finished, repositoryFiles } from "../support/experiments.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";

const run = promisify(execFile);

let platform: TestPlatform;
let projects: Projects;
let folder: string;
let assay: string;

/** As a user has it: the machine's own Node where there is one, none of this checkout's commands. */
const environment = () => ({
  PATH: [
    ...(process.env["PATH"] ?? "").split(delimiter).filter((one) => !one.includes("node_modules")),
    dirname(process.execPath),
  ].join(delimiter),
  HOME: folder,
  ASSAY_URL: platform.url,
  ASSAY_TOKEN: platform.token,
  ASSAY_PROJECT: "lab",
});

beforeAll(async () => {
  platform = await startPlatform();
  projects = new Projects(platform);
  folder = await mkdtemp(join(tmpdir(), "assay-package-"));
  await projects.create("lab", {
    ...repositoryFiles("echo begun; sleep 600", { spec: "engineName: dummy" }),
    ".dockerignore": "*\n",
    Dockerfile: "FROM assay/busybox:local\n",
  });
  await run(process.execPath, ["scripts/build-cli.ts", join(folder, "built")]);
  await run("npm", ["pack", "--pack-destination", folder], { cwd: join(folder, "built") });
  const prefix = join(folder, "prefix");
  const tarball = join(folder, "assay-0.1.0.tgz");
  await run("npm", ["install", "--global", "--offline", "--prefix", prefix, tarball]);
  assay = join(prefix, "bin", "assay");
});
afterAll(async () => {
  await projects.remove();
  await rm(folder, { recursive: true });
  await platform.stop();
});

test("the packed command is installed without any other package, and runs", async () => {
  const options = { env: environment(), cwd: join(import.meta.dirname, "../..") };

  const version = await run(assay, ["--version"], options);
  const list = await run(assay, ["projects", "list", "--json"], options);
  const valid = await run(assay, ["manifest", "validate"], options);
  const wrong = run(assay, ["experiments", "show", "lab#99"], options);

  expect(version.stdout).toBe("0.1.0\n");
  expect(JSON.parse(list.stdout)).toMatchObject([{ slug: "lab" }]);
  expect(valid.stdout).toMatch(/^manifests\/\S+ is valid$/m);
  await expect(wrong).rejects.toMatchObject({
    code: 1,
    stderr: 'There is no experiment "lab#99".\n',
  });
});

test("Ctrl-C ends the command, not the experiment", async () => {
  const words = ["experiments", "submit", "commit", "--follow"];
  const process = spawn(assay, words, { env: environment(), cwd: folder });
  let out = "";
  let err = "";
  process.stderr.on("data", (bytes: Buffer) => (err += bytes.toString()));
  process.stdout.on("data", (bytes: Buffer) => {
    out += bytes.toString();
    if (out.includes("  begun\n")) process.kill("SIGINT");
  });

  const [code] = await once(process, "exit");

  expect(code).toBe(130);
  expect(err).toContain("lab#1 goes on. To look on again:  assay experiments logs lab#1 --follow");
  await atStep(platform, "lab#1", "Running");
  await run(assay, ["experiments", "cancel", "lab#1", "--kill"], { env: environment() });
  await finished(platform, "lab#1");
});

test("whoever reads only the beginning of a list is told of no error", async () => {
  const env = environment();

  const { stdout, stderr } = await run("sh", ["-c", `"${assay}" completion bash | head -n 1`], {
    env,
  });

  expect(stdout).toBe("_assay_words() {\n");
  expect(stderr).toBe("");
});
