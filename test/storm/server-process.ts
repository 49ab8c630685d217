import { join } from "node:path";

import { readConfig } from "../../src/config.ts";
import { DummyEngine } from "../../src/engines/dummy.ts";
import { createPlatform } from "../../src/platform.ts";
import { faulty, faultyPorts } from "./faulty-ports.ts";
import { Gusts } from "./gusts.ts";
import { MadeUpBuilder } from "./made-up-builder.ts";
import { MadeUpRepository } from "./made-up-repository.ts";
import { type FromServer, MACHINES, type Orders, type ToServer } from "./messages.ts";

/** One server of the storm: the platform as it is, but for Docker and git, with gusts around its ports. */
const orders: Orders = JSON.parse(process.argv[2] ?? "");
const tell = (message: FromServer): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, undefined, {}, () => resolve());
  });
const gusts = new Gusts({
  seed: orders.seed * 7919 + orders.number,
  blowing: orders.faults,
  tell,
});

const engine = new DummyEngine({
  name: "dummy",
  folder: join(orders.dataDirectory, "dummy"),
  machines: MACHINES,
});
const platform = await createPlatform(
  {
    ...readConfig({ LOG_LEVEL: "warn" }),
    port: 0,
    runUrl: "http://127.0.0.1:9",
    dataDirectory: orders.dataDirectory,
    databaseUrl: orders.databaseUrl,
    buildDrainSeconds: 5,
    diskWatermark: 1,
  },
  {
    engines: new Map([["dummy", faulty(engine, "engine", gusts)]]),
    repository: new MadeUpRepository(orders.seed),
    builder: new MadeUpBuilder(join(orders.dataDirectory, "images")),
    metrics: {
      observe: () => {},
      count(name, labels) {
        if (name === "assay_safety_net_total")
          void tell({ kind: "safety net", of: labels?.["kind"] ?? "?" });
      },
    },
  },
);
// The parts have the object, and read what is in it when they use it.
Object.assign(platform.ports, faultyPorts(platform.ports, gusts));

process.on("message", (message: ToServer) => {
  switch (message.kind) {
    case "crash":
    case "freeze":
      return gusts.strike(message.kind, message.boundaries);
    case "calm":
      return gusts.calm();
    case "stop":
      return void platform.stop().then(() => process.disconnect());
  }
});
// The storm is over, or was itself ended.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));

const { url } = await platform.start();
await tell({ kind: "ready", url, token: platform.adminToken });
