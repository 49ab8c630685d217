import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe } from "@jest/globals";

import { type EnginesUnderTest, engineContract } from "../contracts/engine.ts";
import { DockerEngines } from "./docker-engines.ts";

let engines: DockerEngines;
let underTest: EnginesUnderTest;

beforeAll(async () => {
  engines = await DockerEngines.open();
  underTest = {
    engine: engines.engine(),
    otherServer: engines.engine(),
    stranger: engines.engine({ installation: randomUUID() }),
  };
});

afterAll(() => engines.close());

describe("Docker as an engine", () => {
  engineContract(() => underTest);
});
