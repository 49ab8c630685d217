import { once } from "node:events";
import { resolve } from "node:path";
import { parseArgs } from "node:util";

import { readConfig } from "../src/config.ts";
import { interruption } from "../src/interruption.ts";
import { createPlatform, type Platform } from "../src/platform.ts";
import { Api } from "./demo/api.ts";
import { Checklist } from "./demo/checklist.ts";
import { cancel, follow } from "./demo/follow.ts";
import { freePort } from "./demo/free-port.ts";
import { demoProject, experimentOf, SLUG } from "./demo/project.ts";
import { pushAgain, summary, type Places } from "./demo/summary.ts";
import { openWorkingCopy, pushExperiment } from "./demo/working-copy.ts";

const HELP = `npm run demo [-- --once]

Starts Assay, makes the project "${SLUG}" on its own git remote, pushes a commit of examples/digits to it, and shows
the experiment's steps and log. Then it stays up, until Ctrl-C.

  --once   stop after the experiment has ended: exit code 0 if it succeeded
  --help   this

Settings are those of the server: see .env.example. ASSAY_DATA_DIR keeps the demo apart from your own data.`;

const interrupted = interruption();

const { help, once: endsByItself } = readOptions();
if (help) console.log(HELP);
else await demo();

/** A wrong one is answered as --help is, after its sentence. */
function readOptions(): { readonly help: boolean; readonly once: boolean } {
  const option = { type: "boolean", default: false } as const;
  try {
    return parseArgs({ options: { once: option, help: option } }).values;
  } catch (error) {
    process.exitCode = 2;
    tell(error);
    return { help: true, once: false };
  }
}

async function demo(): Promise<void> {
  let platform: Platform | undefined;
  try {
    const config = readConfig({ LOG_LEVEL: "error", ...process.env });
    const port = await freePort(config.host, config.port);
    if (port !== config.port) console.log(`Port ${config.port} is taken: using ${port}.`);
    console.log(`Starting Assay on ${config.dataDirectory}`);
    platform = await createPlatform({ ...config, port });
    const { url, adminTokenFile } = await platform.start();
    console.log(`Assay listens at ${url}`);
    await show(new Api(url, platform.adminToken, interrupted), {
      url,
      tokenFile: adminTokenFile,
      outputs: resolve(config.dataDirectory, "buckets", SLUG, "output"),
      workingCopy: resolve(config.dataDirectory, "demo", SLUG),
      staysUp: !endsByItself,
    });
  } catch (error) {
    process.exitCode = interrupted.aborted ? 130 : 1;
    if (!interrupted.aborted) tell(error);
  }
  if (interrupted.aborted) console.log("\nStopping.");
  await platform?.stop().catch((error: unknown) => {
    process.exitCode = 1;
    tell(error);
  });
}

function tell(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
}

/** From the project to the experiment's end, over HTTP and git as any user would. */
async function show(api: Api, places: Places): Promise<void> {
  const signal = interrupted;
  signal.throwIfAborted();
  const gitUrl = await demoProject(api);
  const remote = { gitUrl, tokenFile: places.tokenFile, signal };
  await openWorkingCopy(places.workingCopy, remote);
  const { commit, message, answers } = await pushExperiment(places.workingCopy, remote);
  console.log(`git push of ${commit.slice(0, 7)} "${message}" to ${gitUrl}`);
  for (const answer of answers) console.log(`remote: ${answer}`);

  const { id } = await experimentOf(api, commit);
  console.log();
  const checklist = new Checklist(process.stdout);
  try {
    const experiment = await follow(api, id, checklist);
    checklist.end();
    console.log(await summary(api, experiment, places));
    process.exitCode = experiment.status === "Succeeded" ? 0 : 1;
  } catch (error) {
    if (signal.aborted) {
      checklist.print("", "Cancelling the experiment. Ctrl-C again leaves it as it is.");
      await cancel(api.until(AbortSignal.timeout(60_000)), id, checklist);
    }
    throw error;
  } finally {
    checklist.end();
  }
  if (endsByItself) return;
  console.log(pushAgain(places));
  if (!signal.aborted) await once(signal, "abort");
}
