import { readConfig } from "./config.ts";
import { createPlatform } from "./platform.ts";

/** The process: configuration → platform → start; SIGTERM and SIGINT stop it in order. */
try {
  const platform = await createPlatform(readConfig());
  const { url, adminTokenFile, newAdminToken } = await platform.start();
  console.log(`Assay listens at ${url}`);
  if (newAdminToken !== undefined)
    console.log(
      `The administrator's token, shown this once and kept in ${adminTokenFile}: ${newAdminToken}`,
    );
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.once(signal, () => {
      void platform.stop();
      // A second Ctrl-C is meant.
      process.once(signal, () => process.exit(1));
    });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
