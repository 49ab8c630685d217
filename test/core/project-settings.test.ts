import { expect, test } from "@jest/globals";

import { settingsFaults } from "../../src/core/project-settings.ts";

test("a project's variables obey the manifest's rules", () => {
  const faults = settingsFaults({ env: { SEED: "1", PATH: "/nope", LD_PRELOAD: "x", "a b": "1" } });

  expect(faults.map(({ path }) => path)).toEqual([
    "settings.env.PATH",
    "settings.env.LD_PRELOAD",
    "settings.env.a b",
  ]);
  expect(settingsFaults({ branches: ["main"] })).toEqual([]);
});
