import { expect, test } from "@jest/globals";

import { openStores } from "../support/database.ts";
import { createTestDatabase } from "../support/postgres.ts";
import { setScene } from "../support/scene.ts";

test("a run has one live attempt, whoever asks for another", async () => {
  const postgres = await createTestDatabase();
  const database = await openStores(postgres);
  const { run } = await setScene(database);

  await expect(database.runs.createAttempt(run)).rejects.toThrow("one_live_attempt");

  await postgres.drop();
});
