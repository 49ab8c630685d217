import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, jest, test } from "@jest/globals";
import Dockerode from "dockerode";

import { atStep, repositoryFiles } from "../support/experiments.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";
import { SocketProxy } from "../support/socket-proxy.ts";
import { waitFor } from "../support/wait-for.ts";

// Less than the 120 s after which a request to Docker is given up: the end of the server does not wait for that.
jest.setTimeout(110_000);

test("a server stops while Docker hangs", async () => {
  const folder = await mkdtemp(join(tmpdir(), "assay-hung-"));
  const docker = await SocketProxy.open(join(folder, "docker.sock"), "/var/run/docker.sock");
  const platform = await startPlatform({
    dockerHost: `unix://${docker.path}`,
    buildDrainSeconds: 0,
  });
  const projects = new Projects(platform);
  let isStopped = false;
  try {
    const copy = await projects.create("hung", repositoryFiles("sleep 300"));
    await copy.commit("exp: runs while Docker hangs");
    await copy.push();
    await atStep(platform, "hung#1", "Running", /^running$/);

    docker.freeze();
    await waitFor("the observer and the sweep to ask", () => docker.requestsInVain >= 2);
    await removeContainersOf(platform);
    await platform.stop();
    isStopped = true;

    expect(docker.requestsInVain).toBeGreaterThanOrEqual(2);
  } finally {
    await projects.remove();
    if (!isStopped) await platform.stop();
    await docker.cut();
    await rm(folder, { recursive: true });
  }
});

/** Past the server: what it made goes with it, and an image that a container uses stays. */
async function removeContainersOf({ knex }: TestPlatform): Promise<void> {
  const docker = new Dockerode();
  const { id } = await knex("installation").first("id");
  const filters = { label: [`assay.installation=${id}`] };
  for (const { Id } of await docker.listContainers({ all: true, filters }))
    await docker.getContainer(Id).remove({ force: true });
}
