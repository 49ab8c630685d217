import { createHash } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import Dockerode from "dockerode";

import { readEvents } from "../support/event-stream.ts";
import { atStep, finished, logOf, repositoryFiles } from "../support/experiments.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";
import { waitFor } from "../support/wait-for.ts";

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

/** Pushes one experiment and answers its reference. */
async function run(
  name: string,
  ...repository: Parameters<typeof repositoryFiles>
): Promise<string> {
  const copy = await projects.create(name, repositoryFiles(...repository));
  await copy.commit("exp: run");
  await copy.push();
  return `${name}#1`;
}

const containersOf = async (id: string): Promise<number> =>
  (
    await new Dockerode().listContainers({
      all: true,
      filters: { label: [`assay.experiment=${id}`] },
    })
  ).length;

test("a container that uses more memory than its limit fails with that reason", async () => {
  const types = "worker: { resources: { cpus: 1, memory: 0.0625 } }";
  const reference = await run("memory", "head -c 200m /dev/zero | tail", { types });

  const { steps } = await finished(platform, reference);

  expect(steps[4]).toMatchObject({ status: "Failed", exception: { kind: "OutOfMemory" } });
});

test("a run that takes longer than its timeout is stopped and says so", async () => {
  const command = "trap 'echo saved; exit 0' TERM; echo begun; while true; do sleep 0.1; done";
  const reference = await run("timeout", command, { spec: "timeout: 2s" });

  const { steps, id } = await finished(platform, reference);

  expect(steps[4]).toMatchObject({ status: "Failed", exception: { kind: "Timeout" } });
  expect(await logOf(platform, reference)).toMatch(/^begun\n[^]*saved/);
  expect(await containersOf(id)).toBe(0);
});

test("a command that is not found is told as such", async () => {
  const { steps } = await finished(platform, await run("unknown-command", "pythn train.py"));

  expect(steps[4].exception).toMatchObject({ kind: "ExitCode", exitCode: 127 });
  expect(steps[4].exception.hint).toMatch(/not found in the image/);
});

test("a program that saves a checkpoint on SIGTERM saves it when the run is cancelled", async () => {
  const command =
    "mkdir -p /tmp/x && cd /tmp/x && sh -c 'trap \"echo saved > $ASSAY_OUTPUT_PATH/checkpoint; exit 0\" TERM; echo ready; while true; do sleep 0.1; done'";
  const reference = await run("checkpoint", command);
  await waitFor(
    "the program to be ready",
    async () => (await logOf(platform, reference)) === "ready\n",
  );

  const { status, body } = await platform.call(
    "POST",
    `/api/v1/experiments/${encodeURIComponent(reference)}/cancel`,
  );

  expect([status, body.changed]).toEqual([202, true]);
  const { id, ...experiment } = await finished(platform, reference);
  expect(experiment).toMatchObject({ status: "Cancelled", step: "Running" });
  const checkpoint = `/api/v1/projects/checkpoint/buckets/output/objects/output/${id}/checkpoint`;
  expect((await platform.call("GET", checkpoint)).body).toBe("saved\n");
  expect(await containersOf(id)).toBe(0);
  const again = await platform.call("POST", `/api/v1/experiments/${id}/cancel`);
  expect([again.status, again.body.changed]).toEqual([200, false]);
});

test("killing skips the grace", async () => {
  const reference = await run("kill", "trap '' TERM; echo ready; while true; do sleep 0.1; done", {
    spec: "gracefulTermination: { terminationGracePeriodSeconds: 600 }",
  });
  await waitFor(
    "the program to be ready",
    async () => (await logOf(platform, reference)) === "ready\n",
  );
  const cancel = `/api/v1/experiments/${encodeURIComponent(reference)}/cancel`;
  await platform.call("POST", cancel);

  await platform.call("POST", cancel, { kill: true });

  expect(await finished(platform, reference, 20)).toMatchObject({ status: "Cancelled" });
});

test("a build is cancelled while it builds, and nothing of it goes on", async () => {
  const copy = await projects.create("cancel-build", {
    ...repositoryFiles("true"),
    Dockerfile: "FROM assay/busybox:local\nRUN echo building && sleep 600\n",
  });
  await copy.commit("exp: built for long");
  await copy.push();
  await atStep(platform, "cancel-build#1", "Building");
  await waitFor("the build to run", async () =>
    /building\n/.test(await logOf(platform, "cancel-build#1", "?step=Building")),
  );

  await platform.call("POST", "/api/v1/experiments/cancel-build%231/cancel");

  const { steps } = await finished(platform, "cancel-build#1", 20);
  expect(steps[2]).toMatchObject({ status: "Cancelled" });
});

test("an experiment is cancelled while it waits for its turn", async () => {
  const copy = await projects.create(
    "turn",
    repositoryFiles("sleep 600", { spec: "engineName: dummy" }),
    {
      maxActive: 1,
    },
  );
  await copy.commit("exp: first");
  await copy.commit("exp: second");
  await copy.push();
  const waiting = await atStep(
    platform,
    "turn#2",
    "Waiting",
    /at most 1 experiments are active; next in line/,
  );

  await platform.call("POST", `/api/v1/experiments/${waiting.id}/cancel`);

  expect(await finished(platform, "turn#2")).toMatchObject({
    status: "Cancelled",
    step: "Waiting",
  });
  await platform.call("POST", "/api/v1/experiments/turn%231/cancel", { kill: true });
  await finished(platform, "turn#1");
});

test("replicas find each other by name", async () => {
  const types =
    "{ server: { resources: { cpus: 0.5, memory: 0.125 } }, client: { resources: { cpus: 0.5, memory: 0.125 } } }";
  const command =
    'if [ "$REPLICATED_JOB_NAME" = server ]; then echo hello | nc -l -p 4000; else until nc server-0 4000 </dev/null 2>/dev/null; do sleep 0.1; done; fi';
  const reference = await run("replicas", command, { types: `\n    ${types}`.trim() });

  const experiment = await finished(platform, reference);

  expect(experiment).toMatchObject({ status: "Succeeded" });
  expect(experiment.runs[0].replicas.map(({ name }: { name: string }) => name).toSorted()).toEqual([
    "client-0",
    "server-0",
  ]);
  expect(await logOf(platform, reference, "?replica=client-0")).toBe("hello\n");
});

test("a run that failed is tried again as often as the manifest says, and every attempt's log is kept", async () => {
  const reference = await run("retries", 'echo "attempt $ASSAY_ATTEMPT"; test $ASSAY_ATTEMPT = 2', {
    spec: "restartPolicy: { backoffLimit: 2 }",
  });

  expect(await finished(platform, reference)).toMatchObject({
    status: "Succeeded",
    runs: [{ attempt: 2, exitCode: 0 }],
  });
  expect(await logOf(platform, reference, "?attempt=1")).toBe("attempt 1\n");
  expect(await logOf(platform, reference)).toBe("attempt 2\n");
});

test("a log of 200 MB that is followed through ten reconnects is what the download is", async () => {
  const reference = await run("large-log", "yes $(seq 1 1000 | tr '\n' ' ') | head -c 200000000");
  await atStep(platform, reference, "Running", /^running/);
  const path = `/api/v1/experiments/${encodeURIComponent(reference)}/logs?step=Running`;

  const followed = createHash("sha256");
  let at = 0;
  let reconnects = 0;
  let end: { bytes: number; sha256: string } | undefined;
  while (end === undefined) {
    const until = at + 20_000_000;
    for await (const event of readEvents(`${platform.url}${path}`, platform.token, at)) {
      if (event.event === "end") end = JSON.parse(event.data);
      if (event.event !== "message") continue;
      const { text } = JSON.parse(event.data);
      followed.update(text);
      at = Number(event.id);
      if (at >= until && reconnects < 10) break;
    }
    reconnects += 1;
  }

  const download = await fetch(`${platform.url}${path}`, {
    headers: { authorization: `Bearer ${platform.token}` },
  });
  const downloaded = createHash("sha256");
  for await (const bytes of download.body ?? []) downloaded.update(bytes);
  const hash = followed.digest("hex");
  expect(reconnects).toBeGreaterThanOrEqual(10);
  expect(end).toEqual({ bytes: 200_000_000, sha256: hash });
  expect(downloaded.digest("hex")).toBe(hash);
}, 180_000);

test("a container may write the fields of its own experiment, and nothing else", async () => {
  const reference = await run(
    "own-token",
    'echo "$ASSAY_TOKEN" | cut -c1-10; wget -q -O - --header "Authorization: Bearer $ASSAY_TOKEN" "$ASSAY_URL/api/v1/experiments/$ASSAY_EXPERIMENT_ID/fields" || echo cannot; wget -q -O - --header "Authorization: Bearer $ASSAY_TOKEN" "$ASSAY_URL/api/v1/experiments" || echo refused; echo "$ASSAY_TOKEN" | wc -c',
    { top: "metadata: { dataset: digits }" },
  );

  expect(await finished(platform, reference)).toMatchObject({ status: "Succeeded" });
  const log = await logOf(platform, reference);
  expect(log).toContain('{"dataset":"digits"}');
  expect(log).toContain("refused");
});

test("a restart of the server leaves runs running, and the next one adopts them", async () => {
  const reference = await run(
    "restart",
    "echo one; until [ -e $ASSAY_INPUT_PATH/go ]; do sleep 0.1; done; echo two",
  );
  await waitFor("the first line", async () => (await logOf(platform, reference)) === "one\n");

  await platform.restart();

  expect(await logOf(platform, reference)).toBe("one\n");
  const put = await fetch(`${platform.url}/api/v1/projects/restart/buckets/input/objects/go`, {
    method: "PUT",
    headers: { authorization: `Bearer ${platform.token}` },
    body: "now",
  });
  expect(put.ok).toBe(true);
  expect(await finished(platform, reference)).toMatchObject({
    status: "Succeeded",
    runs: [{ attempt: 1 }],
  });
  expect(await logOf(platform, reference)).toBe("one\ntwo\n");
});

test("a container that is removed behind our back, after it has ended, ends the experiment all the same", async () => {
  const reference = await run(
    "removed",
    "echo one; until [ -e $ASSAY_INPUT_PATH/go ]; do sleep 0.1; done; exit 3",
  );
  const { id, runs } = await atStep(platform, reference, "Running", /^running/);
  await waitFor("the first line", async () => (await logOf(platform, reference)) === "one\n");
  const attempt = await platform.ports.database.runs.liveAttempt(runs[0].id);
  if (attempt === undefined) throw new Error("it has no attempt");
  const containers = await new Dockerode().listContainers({
    filters: { label: [`assay.experiment=${id}`] },
  });

  // As a server finds it that was away while the container ended and was pruned.
  const replica = {
    kind: "exited",
    exitCode: 3,
    outOfMemory: false,
    startedAt: undefined,
    finishedAt: undefined,
  } as const;
  const observation = { kind: "exited", replicas: { "worker-0": replica } } as const;
  await platform.ports.database.runs.observe([{ attemptId: attempt.id, observation }]);
  for (const { Id } of containers) await new Dockerode().getContainer(Id).remove({ force: true });

  expect(await finished(platform, reference)).toMatchObject({
    status: "Failed",
    runs: [{ exitCode: 3 }],
  });
  expect(await logOf(platform, reference)).toMatch(/^one\n/);
});
