// Before whatever imports dockerode.
import "./lean-dockerode.ts";
import { once } from "node:events";

import { readConfig } from "./config.ts";
import { giveBackMemory } from "./give-back-memory.ts";
import { interruption } from "./interruption.ts";
import { createPlatform, type Platform } from "./platform.ts";

/** The process: configuration → platform → start; SIGTERM and SIGINT stop it in order. */
const interrupted = interruption();
let platform: Platform | undefined;
try {
  const config = readConfig();
  for (const warning of config.warnings) console.error(warning);
  platform = await createPlatform(config);
  const { url, adminTokenFile, newAdminToken } = await platform.start();
  giveBackMemory();
  console.log(`Assay listens at ${url}`);
  if (newAdminToken !== undefined)
    console.log(
      `The administrator's token, shown this once and kept in ${adminTokenFile}: ${newAdminToken}`,
    );
  if (!interrupted.aborted) await once(interrupted, "abort");
} catch (error) {
  fail(error);
}
await platform?.stop().catch(fail);

function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
