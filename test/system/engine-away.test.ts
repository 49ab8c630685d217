import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@jest/globals";
import Dockerode from "dockerode";

import { atStep, finished, repositoryFiles } from "../support/experiments.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";
import { SocketProxy } from "../support/socket-proxy.ts";
import { waitFor } from "../support/wait-for.ts";

test("an engine that does not answer for a day fails what waits for it, as the platform's fault", async () => {
  const folder = await mkdtemp(join(tmpdir(), "assay-away-"));
  const docker = await SocketProxy.open(join(folder, "docker.sock"), "/var/run/docker.sock");
  const platform = await startPlatform({ dockerHost: `unix://${docker.path}` });
  const projects = new Projects(platform);
  try {
    const command = "echo begun; sleep 600";
    const copy = await projects.create("away", repositoryFiles(command));
    await copy.commit("exp: runs");
    await copy.push();
    await atStep(platform, "away#1", "Running", /^running/);
    await docker.cut();
    await copy.commit("exp: is built", { "more.txt": "more" });
    await copy.push();
    await atStep(platform, "away#2", "Building", /^waiting for the engine: Docker does not answer/);
    await platform.call("POST", "/api/v1/experiments/away%231/cancel");
    await atStep(platform, "away#1", "Running", /Docker does not answer/);

    const aDayAgo = platform.knex.raw("now() - interval '25 hours'");
    await platform
      .knex("jobs")
      .whereNotNull("unreachable_since")
      .update({ unreachable_since: aDayAgo });

    for (const [id, step] of [
      ["away#1", 4],
      ["away#2", 2],
    ] as const) {
      const { status, steps } = await finished(platform, id);
      expect(status).toBe("Failed");
      expect(steps[step].exception).toMatchObject({ kind: "PlatformFault" });
      expect(steps[step].exception.message).toMatch(
        /the engine that it needs has not answered for 24 hours.* This is the platform's fault/,
      );
    }
  } finally {
    await docker.restore();
    await waitFor("the sweep to remove what ran on", () => isClean(platform));
    await projects.remove();
    await platform.stop();
    await docker.cut();
    await rm(folder, { recursive: true });
  }
});

/** None of the installation's containers is left. */
async function isClean({ knex }: TestPlatform): Promise<boolean> {
  const { id } = await knex("installation").first("id");
  const filters = { label: [`assay.installation=${id}`] };
  return (await new Dockerode().listContainers({ all: true, filters })).length === 0;
}
