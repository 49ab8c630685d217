import Dockerode from "dockerode";

import { DockerEngine } from "../../src/engines/docker/engine.ts";
import { waitFor } from "../support/wait-for.ts";
import { silent } from "./docker-engines.ts";
import { runToEnd, workload } from "./workload.ts";

/**
 * A server's engine, to be killed while one container waits and another was taken; prints the workload that took it.
 * Arguments: a folder, the installation.
 */
const [folder = "", installation = ""] = process.argv.slice(2);
const docker = new Dockerode();
const engine = new DockerEngine({
  name: "docker",
  docker,
  installation,
  subnets: "10.247.0.0/16",
  startFolder: `${folder}/starts`,
  log: silent,
});

async function waiting(count: number): Promise<void> {
  await waitFor("what waits", async () => {
    const filters = { label: [`assay.pause-of=${installation}`] };
    return (await docker.listContainers({ filters })).length === count;
  });
}

const first = workload("true");
const { engineId } = await runToEnd(engine, first);
await waiting(1);
await engine.remove(engineId);
const taken = await engine.prepare(workload("true", { projectId: first.projectId }));
await waiting(2);
process.stdout.write(`${taken}\n`);
setInterval(() => {}, 1000);
