import { afterAll, beforeAll, expect, test } from "@jest/globals";
import Dockerode from "dockerode";

import { atStep, finished, repositoryFiles } from "../support/experiments.ts";
import type { WorkingCopy } from "../support/git.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";
import { recordingLog } from "../support/recording-log.ts";

const docker = new Dockerode();
const { log, told } = recordingLog();
let platform: TestPlatform;
let projects: Projects;
let lab: WorkingCopy;
/** The next of these is what a run's folder cannot be made for. */
const faults: string[] = [];

beforeAll(async () => {
  platform = await startPlatform({}, ({ workspaces }) => ({
    log,
    workspaces: {
      async open(experiment) {
        const fault = faults.pop();
        if (fault !== undefined) throw new Error(fault);
        return workspaces.open(experiment);
      },
      outputOf: (output) => workspaces.outputOf(output),
      close: (experiment) => workspaces.close(experiment),
    },
  }));
  projects = new Projects(platform);
  lab = await projects.create("lab", {
    ...repositoryFiles("sleep 600"),
    "manifests/quick.yaml":
      repositoryFiles("true", { spec: "engineName: dummy" })["manifest.yaml"] ?? "",
  });
});
afterAll(async () => {
  await projects.remove();
  await platform.stop();
});

test("one push is followed through the log by its delivery's id, down to its container", async () => {
  await lab.commit("exp: sleep", { "seed.txt": "1" });
  await lab.push();
  const { body } = await platform.call("GET", "/api/v1/projects/lab/deliveries");
  const [{ id: deliveryId, experiments }] = body.items;
  const experimentId: string = experiments[0].id;
  await atStep(platform, experimentId, "Running", /^running/);

  const its = told("info", /./).filter(
    (line) => "deliveryId" in line && line.deliveryId === deliveryId,
  );
  const label = [`assay.delivery=${deliveryId}`];
  const containers = await docker.listContainers({ filters: { label } });
  await platform.call("POST", `/api/v1/experiments/${experimentId}/cancel`, { kill: true });
  const { runs } = await finished(platform, experimentId);

  const of = { deliveryId, experimentId };
  expect(its).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ deliveryId, source: "git", experimentIds: [experimentId] }),
      expect.objectContaining({ ...of, left: "Building", step: "Submitting", status: "Running" }),
      expect.objectContaining({
        ...of,
        runId: runs[0].id,
        attemptId: expect.any(String),
        engineId: expect.any(String),
        state: "Running",
      }),
    ]),
  );
  expect(containers.map(({ Labels }) => Labels["assay.attempt"])).toEqual(
    its.flatMap((line) =>
      "state" in line && line.state === "Running" && "attemptId" in line ? [line.attemptId] : [],
    ),
  );
});

test("what was submitted is followed by its request's id, which the answer tells", async () => {
  const answer = await platform.call(
    "POST",
    "/api/v1/experiments",
    { project: "lab", branch: "main" },
    { "x-request-id": "from-the-proxy.1" },
  );
  await platform.call("POST", `/api/v1/experiments/${answer.body.id}/cancel`, { kill: true });
  await finished(platform, answer.body.id);

  expect(answer.headers.get("x-request-id")).toBe("from-the-proxy.1");
  expect(told("info", /^experiment moved$/)).toContainEqual(
    expect.objectContaining({
      requestId: "from-the-proxy.1",
      experimentId: answer.body.id,
      status: "Cancelled",
    }),
  );
});

test.each([undefined, "two words", "x".repeat(65), 'a"b'])(
  "a request without a usable id (%#) is given one",
  async (given) => {
    const headers = given === undefined ? {} : { "x-request-id": given };
    const answer = await platform.call("GET", "/healthz", undefined, headers);

    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  },
);

test("a fault of the platform is told with what it was about, and with what was thrown", async () => {
  faults.push("the folder cannot be made");
  await lab.commit("exp[quick.yaml]: quick", { "seed.txt": "2" });
  await lab.push();
  const { body } = await platform.call("GET", "/api/v1/projects/lab/deliveries");
  const [{ id: deliveryId, experiments }] = body.items;
  const { status, runs } = await finished(platform, experiments[0].id);

  expect(status).toBe("Succeeded");
  expect(told("warn", /fault of the platform/)).toEqual([
    expect.objectContaining({
      deliveryId,
      experimentId: experiments[0].id,
      runId: runs[0].id,
      error: expect.objectContaining({ message: "the folder cannot be made" }),
    }),
  ]);
});
