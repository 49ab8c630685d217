import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type Dockerode from "dockerode";
import { pack } from "tar-stream";

import { ImageGoneError, WorkloadGoneError } from "../../src/core/errors.ts";
import type { DockerEngine } from "../../src/engines/docker/engine.ts";
import { statusOf } from "../../src/engines/docker/errors.ts";
import { DockerEngines } from "./docker-engines.ts";
import {
  exitCodesOf,
  observationOf,
  readLog,
  runToEnd,
  untilObserved,
  workload,
} from "./workload.ts";

let engines: DockerEngines;
let engine: DockerEngine;

beforeAll(async () => {
  engines = await DockerEngines.open();
  engine = engines.engine();
});

afterAll(() => engines.close());

test("a server that slept between deciding and starting starts nothing a second time", async () => {
  const { engineId, observation } = await runToEnd(engine, workload("echo once"));

  expect(statusOf(await staleStart(engineId))).toBe(400);

  expect(await observationOf(engines.engine(), engineId)).toEqual(observation);
  expect((await readLog(engine, engineId)).stdout).toBe("once\n");
});

test("where the starting server died before it closed the guard, whoever looks closes it", async () => {
  const engineId = await engine.prepare(workload("echo once"));
  await engines.docker.getContainer(`assay-${engineId}-worker-0`).start();

  const observation = await untilObserved(engines.engine(), engineId, "exited");

  expect(statusOf(await staleStart(engineId))).toBe(400);
  expect(await observationOf(engines.engine(), engineId)).toEqual(observation);
  expect((await readLog(engine, engineId)).stdout).toBe("once\n");
});

test("preparing again opens no guard of what has started", async () => {
  const asked = workload("echo once");
  const { engineId } = await runToEnd(engine, asked);

  await engine.prepare(asked);

  expect(statusOf(await staleStart(engineId))).toBe(400);
});

test("what a crash left of a preparation is completed", async () => {
  const asked = workload("echo $HOSTNAME", { names: ["worker-0", "worker-1"] });
  const engineId = await engine.prepare(asked);
  await engines.docker.getContainer(`assay-${engineId}-worker-1`).remove();
  await expect(engine.start(engineId)).rejects.toThrow(WorkloadGoneError);

  const { observation } = await runToEnd(engines.engine(), asked);

  expect(observation).toMatchObject({
    kind: "exited",
    replicas: { "worker-0": { exitCode: 0 }, "worker-1": { exitCode: 0 } },
  });
});

test("a server that stops removes the networks that nothing uses, and no other", async () => {
  const installation = randomUUID();
  const other = engines.engine({ installation });
  const networks = async (): Promise<number> => {
    const filters = { label: [`assay.installation=${installation}`] };
    return (await engines.docker.listNetworks({ filters })).length;
  };
  const kept = await other.prepare(workload("true"));
  const { engineId: ended } = await runToEnd(other, workload("true"));
  await other.remove(ended);
  expect(await networks()).toBe(2);

  await other.close();
  expect(await networks()).toBe(1);
  await other.start(kept);
  await untilObserved(other, kept, "exited");
  await other.remove(kept);
  await other.close();

  expect(await networks()).toBe(0);
});

test("a network that is taken back in the middle of a preparation is made again", async () => {
  const installation = randomUUID();
  const otherServer = engines.engine({ installation });
  let times = 0;
  // The other server stops at the worst moment: the network is found, and nothing is on it yet.
  const docker = new Proxy(engines.docker, {
    get(target, name) {
      if (name !== "createContainer") return Reflect.get(target, name);
      return async (options: Dockerode.ContainerCreateOptions) => {
        if (options.name?.startsWith("assay-pause-") === true)
          return target.createContainer(options);
        times += 1;
        if (times === 1) await otherServer.close();
        return target.createContainer(options);
      };
    },
  });

  const { observation } = await runToEnd(
    engines.engine({ installation, docker }),
    workload("true"),
  );

  expect(exitCodesOf(observation)).toEqual({ "worker-0": 0 });
  expect(times).toBe(2);
});

test("a workload of which a part vanished after the start is lost", async () => {
  const engineId = await engine.prepare(workload("sleep 60", { names: ["worker-0", "worker-1"] }));
  await engine.start(engineId);

  await engines.docker.getContainer(`assay-${engineId}-worker-1`).remove({ force: true });

  expect(await observationOf(engine, engineId)).toMatchObject({
    kind: "lost",
    replicas: { "worker-0": { kind: "running" } },
  });
});

test("an image that is not there asks for a build, and leaves nothing behind that runs", async () => {
  const asked = workload("true", { image: `sha256:${"0".repeat(64)}` });

  await expect(engine.prepare(asked)).rejects.toThrow(ImageGoneError);
});

test("an image without a shell ends with a sentence that says so", async () => {
  const image = await imageWith("nothing", []);

  const { engineId, observation } = await runToEnd(engine, workload("true", { image }));

  expect(observation.replicas["worker-0"]).toMatchObject({
    kind: "exited",
    exitCode: 127,
    error: "The image has no /bin/sh, which runs the command. Build on an image that has a shell.",
  });
  await engine.remove(engineId);
  await engines.docker.getImage(image).remove();
});

test("an image whose user does not exist ends with Docker's reason, and its log ends", async () => {
  const image = await imageWith("nobody", ["USER nobodyhere"]);
  const engineId = await engine.prepare(workload("true", { image }));
  const following = readLog(engine, engineId);

  await engine.start(engineId);

  expect(await observationOf(engine, engineId)).toMatchObject({
    kind: "exited",
    replicas: { "worker-0": { exitCode: 126, startedAt: undefined } },
  });
  expect(JSON.stringify(await observationOf(engine, engineId))).toContain("nobodyhere");
  expect(await following).toEqual({ stdout: "", stderr: "" });
  await engine.remove(engineId);
  await engines.docker.getImage(image).remove();
});

test("a folder that is to be mounted and is not there is the platform's fault, before anything runs", async () => {
  const mounts = [{ source: "/nowhere/at/all", target: "/assay/input", readOnly: true }];

  await expect(engine.prepare(workload("true", { mounts }))).rejects.toThrow(
    "bind source path does not exist",
  );
});

test("the log of a workload that is removed before it starts ends", async () => {
  const engineId = await engine.prepare(workload("true"));
  const following = readLog(engine, engineId);
  // Attached by the time that other requests have been answered.
  for (let count = 0; count < 5; count += 1) await engine.list();

  await engine.remove(engineId);

  expect(await following).toEqual({ stdout: "", stderr: "" });
});

/** What Docker says to a start by somebody who did not look again. */
function staleStart(engineId: string): Promise<unknown> {
  return engines.docker
    .getContainer(`assay-${engineId}-worker-0`)
    .start()
    .catch((error: unknown) => error);
}

/** An image of one empty file. */
async function imageWith(tag: string, changes: readonly string[]): Promise<string> {
  const layer = pack();
  layer.entry({ name: "empty" }, "");
  layer.finalize();
  const answer = await engines.docker.importImage(Readable.from(layer), {
    fromSrc: "-",
    repo: `assay-test/${engines.installation}`,
    tag,
    changes,
  });
  await text(answer);
  return `assay-test/${engines.installation}:${tag}`;
}
