import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { finished, repositoryFiles } from "../support/experiments.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";

let platform: TestPlatform;
let projects: Projects;

beforeAll(async () => {
  platform = await startPlatform();
  projects = new Projects(platform);
});
afterAll(async () => {
  await projects.remove();
  await platform.stop();
});

const SMALL = "resources: { cpus: 0.1, cpuLimitRatio: 10, memory: 0.0625 }";

/** What the shell, the image and the container's init have by themselves. */
const THEIRS = new Set(["PATH", "HOME", "HOSTNAME", "PWD", "SHLVL", "TINI_KILL_PROCESS_GROUP"]);

/** What a replica really found, as it wrote it into the outputs. */
async function environment(slug: string, id: string, replica: string) {
  const file = join(platform.dataDirectory, "buckets", slug, "output", "output", id, replica);
  const entries = (await readFile(file, "utf8")).split("\0").filter((entry) => entry !== "");
  return Object.fromEntries(
    entries
      .map((entry): [string, string] => {
        const end = entry.indexOf("=");
        return [entry.slice(0, end), entry.slice(end + 1)];
      })
      .filter(([name]) => !THEIRS.has(name)),
  );
}

const WRITE = 'env -0 > "$ASSAY_OUTPUT_PATH/$(hostname)"';

/** What every container finds, whatever the manifest says. */
function everywhere(
  experiment: Awaited<ReturnType<typeof finished>>,
  message: string,
): Readonly<Record<string, unknown>> {
  return {
    ASSAY_INPUT_PATH: "/assay/input/",
    AICHOR_INPUT_PATH: "/assay/input/",
    ASSAY_OUTPUT_PATH: "/assay/output/",
    AICHOR_OUTPUT_PATH: "/assay/output/",
    AICHOR_TENSORBOARD_PATH: "/assay/output/tensorboard/",
    AICHOR_LOGS_PATH: "/assay/output/tensorboard/",
    AICHOR_EXPERIMENT_ID: experiment.id,
    ASSAY_EXPERIMENT_ID: experiment.id,
    AICHOR_PROJECT_ID: experiment.project.id,
    ASSAY_PROJECT: experiment.project.slug,
    ASSAY_RUN_ID: experiment.runs[0].id,
    ASSAY_ATTEMPT: "1",
    AICHOR_EXPERIMENT_MESSAGE: message,
    VCS_COMMIT_MESSAGE: message,
    VCS_SHA: experiment.source.commit,
    VCS_AUTHOR_NAME: "Ada",
    VCS_AUTHOR_EMAIL: "ada@example.org",
    VCS_REPOSITORY: `${platform.ports.publicUrl}/git/${experiment.project.slug}.git`,
    ASSAY_URL: platform.ports.runUrl,
    ASSAY_TOKEN: expect.stringMatching(/^\S{20,}$/),
    ASSAY_SEED: expect.stringMatching(/^\d{1,10}$/),
    ASSAY_PARAMS: "{}",
    RUNNING_ON_AICHOR: "true",
    OMP_NUM_THREADS: "1",
  };
}

const JOBSET_ALONE = {
  JOB_INDEX: "0",
  JOB_GLOBAL_INDEX: "0",
  JOB_COMPLETION_INDEX: "0",
  REPLICATED_JOB_NAME: "worker",
  REPLICATED_JOB_REPLICAS: "1",
  GLOBAL_REPLICAS: "1",
};

test("a container finds what the contract names and nothing else; what nobody set is not there", async () => {
  const types = `worker: { ${SMALL} }`;
  const copy = await projects.create("plain", repositoryFiles(WRITE, { types }));
  const message = "exp: as little as can be\n\nwith a body of \"two\" lines\nand 'more'";
  await copy.commit(message);
  await copy.push();
  const pushed = await finished(platform, "plain#1");
  const { commit } = pushed.source;

  const again = await platform.call("POST", "/api/v1/experiments", { project: "plain", commit });
  const submitted = await finished(platform, again.body.id);

  const found = await environment("plain", pushed.id, "worker-0");
  expect(found).toEqual({
    ...everywhere(pushed, found["VCS_COMMIT_MESSAGE"] ?? ""),
    ...JOBSET_ALONE,
    VCS_BRANCH: "main",
  });
  expect(found["VCS_COMMIT_MESSAGE"]?.trim()).toBe(message);
  // A commit that is named by itself is on no branch.
  const foundAgain = await environment("plain", submitted.id, "worker-0");
  expect(foundAgain).toEqual({
    ...everywhere(submitted, found["VCS_COMMIT_MESSAGE"] ?? ""),
    ...JOBSET_ALONE,
  });
  expect(foundAgain["ASSAY_TOKEN"]).not.toBe(found["ASSAY_TOKEN"]);
});

test("what a project, a manifest and a submission set is found in their order, and a resubmit finds its parent's outputs", async () => {
  const files = repositoryFiles(
    `${WRITE}; [ -z "$ASSAY_PARENT_OUTPUT_PATH" ] || cp "$ASSAY_PARENT_OUTPUT_PATH/worker-0" "$ASSAY_OUTPUT_PATH/parents"; cp /assay/cache/kept "$ASSAY_OUTPUT_PATH/cached"; cp "$ASSAY_OUTPUT_PATH/worker-0" /assay/cache/kept; ! touch /assay/input/x; ! touch "\${ASSAY_PARENT_OUTPUT_PATH:-/assay/input}/x"`,
    {
      top: 'params: { lr: 0.1, batch-size: 64, note: "it\'s $HOME" }\nsecrets: [TOKEN]',
      spec: 'env: { FROM_BOTH: manifest, RATE: "lr {{ params.lr }}", OMP_NUM_THREADS: 3 }',
      types: `worker: { ${SMALL} }`,
    },
  );
  const copy = await projects.create("rich", files);
  const set = (what: string, value: string) =>
    platform.call("PUT", `/api/v1/projects/rich/${what}`, { value });
  await set("variables/FROM_BOTH", "project");
  await set("variables/FROM_PROJECT", "of the project");
  await set("secrets/TOKEN", "c4n4ry of the token");
  await set("secrets/OTHER", "not asked for");
  await copy.commit("exp: much\n\nExp-Param: lr=0.5");
  await copy.push();
  const first = await finished(platform, "rich#1");
  const { body } = await platform.call("POST", `/api/v1/experiments/${first.id}/resubmit`, {
    overrides: { params: { "batch-size": 8 }, env: { FROM_BOTH: "resubmit" } },
  });
  const second = await finished(platform, body.id);

  const found = await environment("rich", first.id, "worker-0");
  const own = {
    ...JOBSET_ALONE,
    VCS_BRANCH: "main",
    FROM_BOTH: "manifest",
    FROM_PROJECT: "of the project",
    RATE: "lr 0.5",
    OMP_NUM_THREADS: "3",
    TOKEN: "c4n4ry of the token",
    PARAM_LR: "0.5",
    PARAM_BATCH_SIZE: "64",
    PARAM_NOTE: "it's $HOME",
    ASSAY_PARAMS: expect.any(String),
  };
  expect(found).toEqual({ ...everywhere(first, found["VCS_COMMIT_MESSAGE"] ?? ""), ...own });
  expect(JSON.parse(found["ASSAY_PARAMS"] ?? "")).toEqual({
    lr: 0.5,
    "batch-size": 64,
    note: "it's $HOME",
  });
  const foundLater = await environment("rich", second.id, "worker-0");
  expect(foundLater).toEqual({
    ...everywhere(second, found["VCS_COMMIT_MESSAGE"] ?? ""),
    ...own,
    FROM_BOTH: "resubmit",
    PARAM_BATCH_SIZE: "8",
    ASSAY_PARENT_OUTPUT_PATH: "/assay/parent/",
  });
  for (const copied of ["parents", "cached"])
    expect(await environment("rich", second.id, copied)).toEqual(found);
  expect([first.status, second.status]).toEqual(["Succeeded", "Succeeded"]);
});

test.each([
  [
    "pytorch",
    `worker: { ${SMALL} }`,
    {
      MASTER_ADDR: "worker-0",
      MASTER_PORT: "23456",
      WORLD_SIZE: "1",
      RANK: "0",
      PET_NNODES: "1",
      PET_NODE_RANK: "0",
      PET_MASTER_ADDR: "worker-0",
      PET_MASTER_PORT: "23456",
    },
  ],
  [
    "xgboost",
    `worker: { count: 2, ${SMALL} }`,
    {
      MASTER_ADDR: "worker-0",
      MASTER_PORT: "9999",
      WORLD_SIZE: "2",
      RANK: "0",
      WORKER_PORT: "9999",
      WORKER_ADDRS: "worker-1",
    },
  ],
  [
    "jax",
    `worker: { ${SMALL} }`,
    {
      JAXOPERATOR_COORDINATOR_ADDRESS: "worker-0:1234",
      JAXOPERATOR_COORDINATOR_HOST: "worker-0",
      JAXOPERATOR_NUM_PROCESSES: "1",
      JAXOPERATOR_PROCESS_ID: "0",
    },
  ],
  ["batchjob", `worker: { ${SMALL} }`, { JOB_COMPLETION_INDEX: "0" }],
  ["tf", `worker: { ${SMALL} }`, { TF_CONFIG: expect.stringContaining('"worker-0:2222"') }],
])("beside them a container of %s finds the operator's own", async (operator, types, own) => {
  const slug = `of-${operator}`;
  const copy = await projects.create(slug, repositoryFiles(WRITE, { operator, types }));
  await copy.commit("exp: run");
  await copy.push();

  const experiment = await finished(platform, `${slug}#1`);

  const found = await environment(slug, experiment.id, "worker-0");
  expect(found).toEqual({
    ...everywhere(experiment, found["VCS_COMMIT_MESSAGE"] ?? ""),
    VCS_BRANCH: "main",
    ...own,
  });
});
