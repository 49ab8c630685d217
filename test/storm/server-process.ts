import { gustsOf } from "./gusts.ts";
import type { FromServer, Orders, ToServer } from "./messages.ts";
import { stormEngine } from "./storm-engine.ts";
import { createStormPlatform } from "./storm-platform.ts";

/** One server of the storm as a process of its own. */
const orders: Orders = JSON.parse(process.argv[2] ?? "");
const tell = (message: FromServer): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, undefined, {}, () => resolve());
  });
const gusts = gustsOf(orders, {
  tell: (message) => void tell(message),
  crash: () => void process.kill(process.pid, "SIGKILL"),
  async freeze() {
    await tell({ kind: "frozen" });
    process.kill(process.pid, "SIGSTOP");
  },
});
const engine = stormEngine(orders.dataDirectory);
const platform = await createStormPlatform(orders, {
  engine,
  gusts,
  tell: (message) => void tell(message),
});

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
