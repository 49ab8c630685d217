import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@jest/globals";

import { atStep, finished, logOf, repositoryFiles } from "../support/experiments.ts";
import { startPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";
import { SocketProxy } from "../support/socket-proxy.ts";
import { waitFor } from "../support/wait-for.ts";

test("while Docker is away what runs there is unknown, what needs it waits, and when it is back all goes on", async () => {
  const folder = await mkdtemp(join(tmpdir(), "assay-docker-away-"));
  const docker = await SocketProxy.open(join(folder, "docker.sock"), "/var/run/docker.sock");
  const platform = await startPlatform({ dockerHost: `unix://${docker.path}` });
  const projects = new Projects(platform);
  try {
    const command = "echo begun; until [ -e $ASSAY_INPUT_PATH/go ]; do sleep 0.1; done; echo done";
    const copy = await projects.create("away", repositoryFiles(command));
    await copy.commit("exp: runs");
    await copy.push();
    await waitFor("its output", async () => (await logOf(platform, "away#1")) === "begun\n");

    await docker.cut();
    await copy.commit("exp: comes meanwhile");
    await copy.push();

    const silent = /^engine docker does not answer: what runs there is unknown until it does$/;
    await atStep(platform, "away#1", "Running", silent);
    await atStep(platform, "away#2", "Building", /^waiting for the engine: Docker does not answer/);
    const { body } = await platform.call("GET", "/api/v1/engines");
    expect(body.items).toMatchObject([{ name: "docker", machines: null }, { name: "dummy" }]);
    await docker.restore();
    await atStep(platform, "away#1", "Running", /^running$/);
    await platform.call("PUT", "/api/v1/projects/away/buckets/input/objects/go", "now");
    for (const id of ["away#1", "away#2"]) {
      expect(await finished(platform, id)).toMatchObject({
        status: "Succeeded",
        runs: [{ attempt: 1 }],
      });
      expect(await logOf(platform, id)).toBe("begun\ndone\n");
    }
  } finally {
    await projects.remove();
    await platform.stop();
    await docker.cut();
    await rm(folder, { recursive: true, force: true });
  }
});
