import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@jest/globals";

import { MadeUpBuilder } from "../storm/made-up-builder.ts";
import { repositoryFiles } from "../support/experiments.ts";
import { startPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";
import { waitFor } from "../support/wait-for.ts";

/** Builds until it is told to stop. */
class EndlessBuilder extends MadeUpBuilder {
  builds = 0;
  stopped = 0;

  override async build(...[, , signal]: Parameters<MadeUpBuilder["build"]>): Promise<never> {
    this.builds += 1;
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        this.stopped += 1;
        reject(signal.reason);
      });
    });
  }
}

test("a build that a stopping server waits for can be cancelled", async () => {
  const folder = await mkdtemp(join(tmpdir(), "assay-pool-"));
  const builder = new EndlessBuilder(join(folder, "images"));
  const platform = await startPlatform({ buildDrainSeconds: 1800 }, { builder });
  const projects = new Projects(platform);
  const copy = await projects.create("endless", repositoryFiles("true"));
  await copy.commit("exp: builds for ever");
  await copy.push();
  await waitFor("the build to begin", () => builder.builds === 1);

  const stopped = platform.stop();
  await platform.call("POST", "/api/v1/experiments/endless%231/cancel");
  await stopped;

  expect(builder).toMatchObject({ builds: 1, stopped: 1 });
  await projects.remove();
  await rm(folder, { recursive: true });
});
