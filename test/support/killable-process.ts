import { on, once } from "node:events";

import { readConfig } from "../../src/config.ts";
import { createPlatform } from "../../src/platform.ts";
import { withPoints } from "./killable/points.ts";

/**
 * The server as src/main.ts runs it, over ports that tell where they are. It sends `{ point }` for each point that is
 * met. Told `{ holdAt }`, it says so by `{ holding }`, and waits the next time it comes to that point until it is told
 * "go on".
 */
let holdAt: string | undefined;

process.on("message", (message) => {
  if (typeof message !== "object" || message === null || !("holdAt" in message)) return;
  holdAt = String(message.holdAt);
  process.send?.({ holding: holdAt });
});
const platform = await createPlatform(readConfig(), (ports) => withPoints(ports, reach));
const { url } = await platform.start();
console.log(`Assay listens at ${url}`);
await once(process, "SIGTERM");
await platform.stop();
process.disconnect();

async function reach(point: string): Promise<void> {
  process.send?.({ point });
  if (point !== holdAt) return;
  holdAt = undefined;
  for await (const [message] of on(process, "message")) if (message === "go on") return;
}
