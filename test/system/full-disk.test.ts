import { expect, test } from "@jest/globals";

import { atStep, finished, repositoryFiles } from "../support/experiments.ts";
import { startPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";

test("above the disk's watermark an experiment waits and says why, and goes on once there is room", async () => {
  const reason = "the disk is 91 % full; nothing new starts above 90 %";
  let isFull = true;
  const platform = await startPlatform(
    {},
    { closedBecause: async () => (isFull ? reason : undefined) },
  );
  const projects = new Projects(platform);
  try {
    const copy = await projects.create("full disk", repositoryFiles("echo there is room"));
    await copy.commit("exp: when there is room");
    await copy.push();

    await atStep(platform, "full-disk#1", "Waiting", new RegExp(`^queued: ${reason}; next in`));
    isFull = false;

    expect(await finished(platform, "full-disk#1")).toMatchObject({ status: "Succeeded" });
  } finally {
    await projects.remove();
    await platform.stop();
  }
});
