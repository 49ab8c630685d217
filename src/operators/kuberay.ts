import type { Manifest, ReplicaType } from "../core/manifest.ts";
import { coordinatorOf } from "./coordinator.ts";
import { rayStart } from "./ray-start.ts";
import { planEach, type Plan } from "./replicas.ts";

const PORT = 6379;
const DASHBOARD_PORT = 8265;

/**
 * The first replica is Ray's head and runs the command, once Ray has started there; the others join it, and serve it
 * until it has ended.
 */
export const planKubeRay: Plan = (manifest, source) =>
  planEach(manifest, source, ({ type, rank }, all) => {
    const head = coordinatorOf(all);
    const address = `${head}:${PORT}`;
    // Ray itself reads the first; programs of AIchor's read either.
    const env = { RAY_ADDRESS: address, RAY_SERVER: address };
    if (rank > 0) return { env, command: workerCommand(type, address), serves: true };
    return {
      env,
      command: headCommand(manifest, type),
      dashboard: `http://${head}:${DASHBOARD_PORT}`,
    };
  });

/** Ray runs in the background, and ends with the container: when the command does. */
function headCommand({ spec }: Manifest, { rayStartParams }: ReplicaType): string {
  const own = [
    "--head",
    `--port=${PORT}`,
    "--dashboard-host=0.0.0.0",
    `--dashboard-port=${DASHBOARD_PORT}`,
  ];
  return `${rayStart(own, rayStartParams)} || exit\n${spec.command}`;
}

/** As KubeRay does: what joins before the head listens would give up; what has joined ends when Ray fails here. */
function workerCommand({ rayStartParams }: ReplicaType, address: string): string {
  const join = rayStart([`--address=${address}`, "--block"], rayStartParams);
  return `until ray health-check --address ${address} >/dev/null 2>&1; do sleep 1; done\n${join}`;
}
