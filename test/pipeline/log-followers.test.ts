import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@jest/globals";

import { DatabaseUnavailableError } from "../../src/core/errors.ts";
import { DummyEngine } from "../../src/engines/dummy.ts";
import { LogFollowers } from "../../src/pipeline/log-followers.ts";
import { startPlatform } from "../support/platform.ts";
import { recordingLog } from "../support/recording-log.ts";
import { setScene } from "../support/scene.ts";

test("a database that is away as a log ends does not end the server", async () => {
  const folder = await mkdtemp(join(tmpdir(), "assay-followers-"));
  const { log, told } = recordingLog();
  const platform = await startPlatform({}, { engines: new Map(), log });
  const { database } = platform.ports;
  const { run } = await setScene(database);
  const away = async (): Promise<never> => {
    throw new DatabaseUnavailableError("The database does not answer.");
  };
  const followers = new LogFollowers(
    { ...platform.ports, database: { ...database, transaction: away } },
    new DummyEngine({ name: "dummy", folder }),
  );

  await followers.follow(await database.runs.attempts(run.id));

  await expect(followers.stop()).resolves.toBeUndefined();
  expect(told("debug", /taken up again/)).toHaveLength(1);
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});
