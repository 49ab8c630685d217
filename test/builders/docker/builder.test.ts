import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import Dockerode from "dockerode";

import { DockerBuilder } from "../../../src/builders/docker/builder.ts";
import { BuildFailedError, EngineUnreachableError } from "../../../src/core/errors.ts";
import { removeImagesOf } from "../../support/images.ts";
import { base, docker, ensureBaseImage, keepLog, requestOf, until } from "./support.ts";

const installation = randomUUID();
const builder = new DockerBuilder({ docker, installation });
const { signal } = new AbortController();

beforeAll(ensureBaseImage, 120_000);
afterAll(() => removeImagesOf(installation));

test("a build gives an image with its name, its labels and what the Dockerfile put into it", async () => {
  const request = requestOf({
    Dockerfile: `FROM ${base}\nCOPY src /src\nRUN cat /src/greeting > /said\nCMD ["cat", "/said"]\n`,
    "src/greeting": "good morning",
  });
  const { log } = keepLog();

  const image = await builder.build(request, log, signal);

  const { key } = await builder.imageKey(request);
  expect(image.name).toBe(`assay/${request.projectId}:${key.slice(0, 12)}`);
  expect(image.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  const found = await docker.getImage(image.name).inspect();
  expect(found.Id).toBe(image.digest);
  expect(found.Config.Labels).toEqual({
    "assay.installation": installation,
    "assay.project": request.projectId,
    "assay.experiment": request.experimentId,
    "assay.image-key": key,
  });
  expect(await outputOf(image.digest, ["cat", "/said"])).toBe("good morning");
});

test("the log shows every step, its output, what was cached and how long it took", async () => {
  const request = requestOf({
    Dockerfile: `FROM ${base}\nCOPY a.txt /\nRUN echo to stdout; echo to stderr >&2; printf 'no end of line'\n`,
    "a.txt": "a",
  });
  const first = keepLog();
  const second = keepLog();

  await builder.build(request, first.log, signal);
  await builder.build(request, second.log, signal);

  const step = /^#(\d+) \[3\/3\] RUN echo to stdout/m.exec(first.text())?.[1];
  expect(first.text()).toContain(`#${step} to stdout\n`);
  expect(first.text()).toContain(`#${step} to stderr\n`);
  expect(first.text()).toContain(`#${step} no end of line\n`);
  expect(first.text()).toMatch(new RegExp(`^#${step} DONE \\d+\\.\\ds$`, "m"));
  const again = /^#(\d+) \[3\/3\] RUN echo to stdout/m.exec(second.text())?.[1];
  expect(second.text()).toContain(`#${again} CACHED\n`);
  expect(second.text()).not.toContain("to stdout\n#");
});

test("a fresh build repeats what is cached", async () => {
  const request = requestOf({ Dockerfile: `FROM ${base}\nRUN echo made at $(date +%s%N)\n` });
  const { log, text } = keepLog();

  await builder.build(request, async () => {}, signal);
  await builder.build({ ...request, fresh: true }, log, signal);

  expect(text()).toMatch(/made at \d+/);
});

test("the log comes while a step still runs, and an abort ends that step", async () => {
  const marker = `sleep 98${Math.floor(Math.random() * 1e6)}`;
  const request = requestOf({ Dockerfile: `FROM ${base}\nRUN echo begun; ${marker}\n` });
  const { log, says } = keepLog();
  const abort = new AbortController();

  const built = builder.build(request, log, abort.signal);
  await Promise.race([says("begun\n"), built]);
  await until(async () => isRunning(marker));
  abort.abort(new Error("cancelled by a person"));

  await expect(built).rejects.toThrow("cancelled by a person");
  await until(async () => !(await isRunning(marker)));
});

test("a build that was aborted before it began does nothing", async () => {
  const { log, text } = keepLog();
  const request = requestOf({ Dockerfile: `FROM ${base}\n` });

  const built = builder.build(request, log, AbortSignal.abort(new Error("too late")));

  await expect(built).rejects.toThrow("too late");
  expect(text()).toBe("");
});

test("a log that cannot be written ends the build with its error", async () => {
  const request = requestOf({ Dockerfile: `FROM ${base}\nRUN echo hello\n` });
  const lost = new Error("the log is somebody else's now");

  const built = builder.build(request, () => Promise.reject(lost), signal);

  await expect(built).rejects.toBe(lost);
});

test("a source that breaks off is not the user's fault", async () => {
  const { source, ...request } = requestOf({
    Dockerfile: `FROM ${base}\n`,
    "a.bin": "a".repeat(1e5),
  });
  let opened = 0;
  const breaking = async function* (): AsyncGenerator<Uint8Array> {
    opened += 1;
    for await (const chunk of source()) {
      yield chunk;
      if (opened > 1) throw Object.assign(new Error("the archive is gone"), { code: "ENOENT" });
    }
  };

  const built = builder.build({ ...request, source: breaking }, async () => {}, signal);

  const error = await built.catch((caught: unknown) => caught);
  expect(error).toMatchObject({ message: "the archive is gone" });
  expect(error).not.toBeInstanceOf(BuildFailedError);
  expect(error).not.toBeInstanceOf(EngineUnreachableError);
});

test("build arguments and the target reach the build", async () => {
  const files = {
    Dockerfile: `FROM ${base} AS small\nARG WHO=nobody\nRUN echo hello $WHO\nFROM small\nRUN exit 1\n`,
  };
  const { log, text } = keepLog();

  await builder.build(
    requestOf(files, { target: "small", buildArgs: { WHO: "world" } }),
    log,
    signal,
  );

  expect(text()).toContain("hello world\n");
});

test("two projects do not share cached steps or cache mounts", async () => {
  const mount = "--mount=type=cache,target=/kept";
  const write = { Dockerfile: `FROM ${base}\nRUN ${mount} touch /kept/mine\n` };
  const read = { Dockerfile: `FROM ${base}\nRUN ${mount} ls /kept; echo read\n` };
  const projectId = randomUUID();
  const ours = keepLog();
  const theirs = keepLog();

  await builder.build(requestOf(write, { projectId }), async () => {}, signal);
  await builder.build(requestOf(read, { projectId }), ours.log, signal);
  await builder.build(requestOf(read), theirs.log, signal);

  expect(ours.text()).toMatch(/^#\d+ mine\n#\d+ read$/m);
  expect(theirs.text()).toMatch(/^#\d+ read$/m);
  expect(theirs.text()).not.toMatch(/^#\d+ mine$/m);
});

test("an image exists until it is removed, and removing is safe to repeat", async () => {
  const { digest } = await builder.build(
    requestOf({ Dockerfile: `FROM ${base}\nRUN true\n` }),
    async () => {},
    signal,
  );

  expect(await builder.exists(digest)).toBe(true);
  expect(await builder.remove(digest)).toBe(true);
  expect(await builder.exists(digest)).toBe(false);
  expect(await builder.remove(digest)).toBe(true);
});

test("an image that a container uses stays", async () => {
  const request = requestOf({ Dockerfile: `FROM ${base}\nRUN true\n` });
  const { digest } = await builder.build(request, async () => {}, signal);
  const container = await docker.createContainer({ Image: digest, Cmd: ["true"] });

  try {
    expect(await builder.remove(digest)).toBe(false);
    expect(await builder.exists(digest)).toBe(true);
  } finally {
    await container.remove();
  }
  expect(await builder.remove(digest)).toBe(true);
});

test("an image of another installation, or of nobody, is not removed", async () => {
  const others = new DockerBuilder({ docker, installation: randomUUID() });
  const request = requestOf({ Dockerfile: `FROM ${base}\nRUN true\n` });
  const { digest } = await builder.build(request, async () => {}, signal);
  const { Id: baseId } = await docker.getImage(base).inspect();

  expect(await others.remove(digest)).toBe(false);
  expect(await builder.remove(baseId)).toBe(false);

  expect(await builder.exists(digest)).toBe(true);
  expect(await builder.exists(baseId)).toBe(true);
});

test("what this installation built is listed, also when its name has gone to a later build", async () => {
  const own = new DockerBuilder({ docker, installation: randomUUID() });
  const projectId = randomUUID();
  const files = { Dockerfile: `FROM ${base}\nRUN true\n` };
  const build = () => own.build(requestOf(files, { projectId }), async () => {}, signal);
  const earlier = await build();
  const later = await build();

  const images = await own.images();

  expect(images).toHaveLength(2);
  const byDigest = new Map(images.map((image) => [image.digest, image]));
  expect(byDigest.get(later.digest)).toMatchObject({ name: later.name, projectId });
  expect(byDigest.get(earlier.digest)).toMatchObject({ name: earlier.digest, projectId });
  for (const { bytes, madeAt, digest } of images) {
    expect(bytes).toBeGreaterThan(1_000_000);
    expect(Date.now() - madeAt.getTime()).toBeLessThan(3_600_000);
    expect(await own.remove(digest)).toBe(true);
  }
  expect(await own.images()).toEqual([]);
});

test("what the build cache takes is told", async () => {
  // Not in the image itself: what an image holds is no cache.
  const stages = [
    `FROM ${base} AS big`,
    "RUN head -c 2000000 /dev/zero > /big && touch /small",
    `FROM ${base}`,
    "COPY --from=big /small /small",
  ];
  const request = requestOf({ Dockerfile: `${stages.join("\n")}\n` });

  await builder.build(request, async () => {}, signal);

  expect(await builder.cacheBytes()).toBeGreaterThan(1_000_000);
});

test("pruning the cache keeps what fits", async () => {
  const request = requestOf({ Dockerfile: `FROM ${base}\nRUN echo kept > /kept\n` });
  const { log, text } = keepLog();

  await builder.build(request, async () => {}, signal);
  const freed = await builder.pruneCache(1e12);
  await builder.build(request, log, signal);

  expect(freed).toBe(0);
  expect(text()).toContain("CACHED");
});

test("the daemon is known by its own id", async () => {
  const { ID: id } = await docker.info();

  expect(await builder.daemon()).toBe(id);
});

test("without an Engine, every question says that it does not answer", async () => {
  const absent = new DockerBuilder({
    docker: new Dockerode({ socketPath: join(tmpdir(), `${randomUUID()}.sock`) }),
    installation,
  });
  const request = requestOf({ Dockerfile: `FROM ${base}\n` });

  const questions = [
    absent.daemon(),
    absent.imageKey(request),
    absent.build(request, async () => {}, signal),
    absent.exists("sha256:0"),
    absent.remove("sha256:0"),
    absent.images(),
    absent.cacheBytes(),
    absent.pruneCache(0),
  ];

  for (const answer of await Promise.allSettled(questions))
    expect(answer).toMatchObject({ reason: { name: "EngineUnreachableError" } });
});

test("an Engine that goes away in the middle of a build is unreachable, and nobody's fault", async () => {
  const socketPath = join(tmpdir(), `${randomUUID()}.sock`);
  const engine = process.env["DOCKER_HOST"]?.replace("unix://", "") ?? "/var/run/docker.sock";
  const connections = new Set<{ destroy(): void }>();
  const between = createServer((client) => {
    const server = connect(engine);
    for (const socket of [client, server]) connections.add(socket.on("error", () => {}));
    client.pipe(server).pipe(client);
  });
  await new Promise<void>((resolve) => between.listen(socketPath, resolve));
  const far = new DockerBuilder({ docker: new Dockerode({ socketPath }), installation });
  const request = requestOf({ Dockerfile: `FROM ${base}\nRUN echo begun; sleep 1000\n` });
  const { log, says } = keepLog();

  const built = far.build(request, log, signal);
  await Promise.race([says("begun\n"), built]);
  for (const connection of connections) connection.destroy();

  await expect(built).rejects.toThrow(EngineUnreachableError);
  between.close();
});

async function outputOf(image: string, command: string[]): Promise<string> {
  const container = await docker.createContainer({ Image: image, Cmd: command, Tty: true });
  try {
    await container.start();
    await container.wait();
    return (await container.logs({ stdout: true })).toString("utf8");
  } finally {
    await container.remove();
  }
}

/** Whether some process of this machine has these words in its command line. */
async function isRunning(words: string): Promise<boolean> {
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = processes.map(async (id) =>
    (await readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " "),
  );
  return (await Promise.all(lines)).some((line) => line.includes(words));
}
