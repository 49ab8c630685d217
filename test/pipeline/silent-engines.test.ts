import { expect, test } from "@jest/globals";

import { SilentEngines } from "../../src/pipeline/silent-engines.ts";
import { openStores } from "../support/database.ts";
import { createTestDatabase } from "../support/postgres.ts";
import { setScene } from "../support/scene.ts";

test("that an engine answers again is told, also where the first try to tell it was undone", async () => {
  const postgres = await createTestDatabase();
  const database = await openStores(postgres);
  const { running } = await setScene(database);
  const engines = new SilentEngines();
  const silence = { engine: "dummy", daemons: undefined };
  const note = async (): Promise<string | undefined> =>
    (await database.experiments.find(running.id))?.note;

  await database.transaction((stores) => engines.tell(stores, { ...silence, isSilent: true }));
  engines.wasTold({ ...silence, isSilent: true });
  expect(await note()).toMatch(/^engine dummy does not answer/);
  const undone = database.transaction(async (stores) => {
    await engines.tell(stores, { ...silence, isSilent: false });
    throw new Error("the database is away");
  });
  await expect(undone).rejects.toThrow("the database is away");
  await database.transaction((stores) => engines.tell(stores, { ...silence, isSilent: false }));

  expect(await note()).toBe("engine dummy answers again");
  await postgres.drop();
});
