import { join } from "node:path";

import type { Machine } from "../../src/core/engine.ts";
import { DummyEngine } from "../../src/engines/dummy.ts";

export const MACHINES: readonly Machine[] = [
  { name: "dummy", cpus: 64, memoryBytes: 64 * 2 ** 30, devices: [] },
];

/** The one engine of a storm: what it knows outlives every server. */
export const stormEngine = (dataDirectory: string): DummyEngine =>
  new DummyEngine({ name: "dummy", folder: join(dataDirectory, "dummy"), machines: MACHINES });
