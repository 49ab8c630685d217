import { afterEach, describe, expect, jest, test } from "@jest/globals";

import { DockerDaemon } from "../support/docker-daemon.ts";
import { atStep, finished, logOf, repositoryFiles } from "../support/experiments.ts";
import { Installation } from "../support/installation.ts";
import { Projects } from "../support/projects.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";

jest.setTimeout(240_000);
/** A daemon of one's own takes rights over the machine. */
const describeAsRoot = process.getuid?.() === 0 ? describe : describe.skip;

let daemon: DockerDaemon;
let installation: Installation;
let server: ServerProcess;
afterEach(async () => {
  await installation.remove();
  await daemon.remove();
});

async function start({ liveRestore }: { readonly liveRestore: boolean }): Promise<void> {
  daemon = await DockerDaemon.start({ liveRestore });
  installation = await Installation.create({
    DOCKER_HOST: daemon.host,
    RUN_URL: "http://127.0.0.1:1",
    ASSAY_DUMMY_ENGINE: "false",
  });
  server = await installation.startServer();
}

/** Prints a line, waits for the input `go`, prints another. */
const COMMAND =
  "echo started >> $ASSAY_OUTPUT_PATH/starts; echo one; until [ -e $ASSAY_INPUT_PATH/go ]; do sleep 0.1; done; echo two";

async function push(files: Readonly<Record<string, string>>): Promise<void> {
  const projects = new Projects(server);
  const copy = await projects.create("digits", files);
  await copy.commit("exp: one");
  await copy.push();
  await projects.remove();
}

const putGo = async (): Promise<void> => {
  const response = await fetch(`${server.url}/api/v1/projects/digits/buckets/input/objects/go`, {
    method: "PUT",
    headers: { authorization: `Bearer ${server.token}` },
    body: "now",
  });
  expect(response.ok).toBe(true);
};

const firstLine = (): Promise<unknown> =>
  waitFor("the first line", async () => (await logOf(server, "digits#1")) === "one\n", 60);

describeAsRoot("a Docker daemon that is stopped", () => {
  test("a Docker daemon with live restore is replaced below a run, which goes on as if nothing were", async () => {
    await start({ liveRestore: true });
    await push(repositoryFiles(COMMAND));
    await firstLine();

    await daemon.stop();
    await daemon.restart();
    await putGo();

    const experiment = await finished(server, "digits#1");
    expect(experiment).toMatchObject({ status: "Succeeded", runs: [{ attempt: 1 }] });
    expect(await logOf(server, "digits#1")).toBe("one\ntwo\n");
    expect(await installation.output("digits", experiment.id, "starts")).toBe("started\n");
    const filters = { label: ["assay.installation"] };
    expect(await daemon.docker.listContainers({ all: true, filters })).toEqual([]);
  });

  test("how a run ended while its Docker daemon was away is told when the daemon is back", async () => {
    await start({ liveRestore: true });
    await push(repositoryFiles(`${COMMAND}; exit 3`));
    await firstLine();

    await daemon.stop();
    await putGo();
    await daemon.restart();

    const experiment = await finished(server, "digits#1");
    expect(experiment).toMatchObject({ status: "Failed", runs: [{ attempt: 1, exitCode: 3 }] });
    // What is printed while nobody is there who keeps it, Docker may lose.
    expect(await logOf(server, "digits#1")).toMatch(/^one\n(two\n)?$/);
  });

  test("a Docker daemon that ends its containers with it is at fault, not the program, which is started again", async () => {
    await start({ liveRestore: false });
    await push(repositoryFiles(COMMAND));
    await firstLine();

    await daemon.stop();
    await putGo();
    await daemon.restart();

    const experiment = await finished(server, "digits#1");
    expect(experiment).toMatchObject({ status: "Succeeded", runs: [{ attempt: 2 }] });
    expect(await logOf(server, "digits#1", "?attempt=1")).toMatch(/^one\n/);
    expect(await logOf(server, "digits#1", "?attempt=2")).toBe("one\ntwo\n");
    expect(await installation.output("digits", experiment.id, "starts")).toBe("started\nstarted\n");
  });

  test("a build that loses its Docker daemon is made again when the daemon is back", async () => {
    await start({ liveRestore: false });
    const files = repositoryFiles("echo ran");
    const Dockerfile = `${files["Dockerfile"]}RUN echo has begun && sleep 5\n`;
    await push({ ...files, Dockerfile });
    await atStep(server, "digits#1", "Building");
    const buildLog = () => logOf(server, "digits#1", "?step=Building");
    await waitFor("the build", async () => /has begun\n/.test(await buildLog()), 60);

    await daemon.stop();
    await atStep(server, "digits#1", "Building", /^waiting for the engine/);
    await daemon.restart();

    expect(await finished(server, "digits#1", 120)).toMatchObject({ status: "Succeeded" });
    expect(await logOf(server, "digits#1")).toBe("ran\n");
  });
});
