import { join } from "node:path";

import { readConfig } from "../../src/config.ts";
import type { Engine } from "../../src/core/engine.ts";
import { createForges } from "../../src/forges/index.ts";
import { createPlatform, type Platform } from "../../src/platform.ts";
import { faulty, faultyPorts } from "./faulty-ports.ts";
import type { Gusts } from "./gusts.ts";
import { MadeUpBuilder } from "./made-up-builder.ts";
import { MadeUpOutward } from "./made-up-outward.ts";
import { MadeUpRepository } from "./made-up-repository.ts";
import type { FromServer, Orders } from "./messages.ts";

/** The platform as it is, but for Docker and git, with gusts around its ports. */
export async function createStormPlatform(
  orders: Orders,
  {
    engine,
    gusts,
    tell,
  }: {
    readonly engine: Engine;
    readonly gusts: Gusts;
    readonly tell: (message: FromServer) => void;
  },
): Promise<Platform> {
  const { seed, dataDirectory, databaseUrl, logLevel } = orders;
  const outward = new MadeUpOutward();
  const platform = await createPlatform(
    {
      ...readConfig({ LOG_LEVEL: logLevel }),
      port: 0,
      runUrl: "http://127.0.0.1:9",
      dataDirectory,
      databaseUrl,
      buildDrainSeconds: 5,
      diskWatermark: 1,
    },
    {
      engines: new Map([[engine.name, faulty(engine, "engine", gusts)]]),
      repository: new MadeUpRepository(seed),
      builder: new MadeUpBuilder(join(dataDirectory, "images")),
      ...createForges(outward),
      outward,
      metrics: {
        observe: () => {},
        set: () => {},
        count(name, labels) {
          if (name === "assay_safety_net_total")
            tell({ kind: "safety net", of: labels?.["kind"] ?? "?" });
        },
      },
    },
  );
  // The parts have the object, and read what is in it when they use it.
  Object.assign(platform.ports, faultyPorts(platform.ports, gusts));
  return platform;
}
