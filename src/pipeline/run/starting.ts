import type { Engine, Workload } from "../../core/engine.ts";
import {
  EngineFullError,
  ImageGoneError,
  UnsupportedError,
  WorkloadGoneError,
} from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";
import type { Attempt, Run } from "../../core/run.ts";
import { findProject } from "../find-project.ts";
import { engineFor } from "./engine-for.ts";
import { inputMounts } from "./input-mounts.ts";
import { sealLogs } from "./replica-logs.ts";
import { lostAttempt } from "./retry.ts";
import { over, type RunResult } from "./run-result.ts";
import { saying } from "./saying.ts";
import { volumeMounts } from "./volume-mounts.ts";

/** How long a run waits for an engine that is full in a way the scheduler cannot see. */
const FULL_RETRY_SECONDS = 2;

/**
 * Prepare, write the engine's id under the lease's token, start by that id. A server that was stopped for an hour
 * between any two of these starts nothing twice.
 */
export async function starting(
  ports: Ports,
  { run, attempt }: { readonly run: Run; readonly attempt: Attempt },
  signal: AbortSignal,
): Promise<RunResult> {
  const engine = engineFor(ports, run);
  try {
    if (attempt.engineId === undefined) {
      if (run.cancelRequested) return over(attempt, { state: "Cancelled" });
      const engineId = await engine.prepare(await workloadOf(ports, run, attempt), signal);
      return {
        kind: "again",
        async write({ runs, events }) {
          await runs.setEngineId(attempt.id, engineId);
          await events.publish({ kind: "observe", engine: engine.name });
        },
      };
    }
    // A cancel that came before the start: there is nothing to stop, only to remove.
    if (run.cancelRequested && (await isInert(engine, attempt, signal))) {
      await engine.remove(attempt.engineId);
      await sealLogs(ports, run, attempt);
      return over(attempt, { state: "Cancelled" });
    }
    await engine.start(attempt.engineId, signal);
    return { kind: "moved", move: { state: "Running" } };
  } catch (error) {
    if (error instanceof ImageGoneError)
      return over(attempt, {
        state: "Failed",
        exception: { kind: "ImageGone", message: error.message },
      });
    if (error instanceof UnsupportedError)
      return over(attempt, {
        state: "Failed",
        exception: { kind: "Unsupported", message: error.message },
      });
    if (error instanceof EngineFullError) return saying(run, FULL_RETRY_SECONDS, error.message);
    if (error instanceof WorkloadGoneError) return lostAttempt(run, attempt, error.message);
    throw error;
  }
}

/** The engine is asked: a server may have died right after it started it. */
async function isInert(engine: Engine, { id }: Attempt, signal: AbortSignal): Promise<boolean> {
  const found = (await engine.list(signal)).find(({ attemptId }) => attemptId === id);
  return found === undefined || found.observation.kind === "prepared";
}

async function workloadOf(ports: Ports, run: Run, attempt: Attempt): Promise<Workload> {
  const experiment = await ports.database.experiments.find(run.experimentId);
  if (experiment?.image === undefined) throw new Error(`run ${run.id} has no image`);
  const project = await findProject(ports, experiment);
  const volume = experiment.manifest?.spec.sharedVolume;
  const workspace = await ports.workspaces.open({
    ...experiment,
    withShared: volume !== undefined,
  });
  const { parentOutput: parent, shared } = workspace;
  const secrets = await ports.database.secrets.values(run.projectId, run.plan.secrets);
  const gone = Object.keys(run.plan.secrets ?? {}).filter((name) => !Object.hasOwn(secrets, name));
  if (gone.length > 0) throw new Error(`run ${run.id} was promised ${gone.join(", ")}`);
  const env = {
    ...secrets,
    ASSAY_URL: ports.runUrl,
    ASSAY_TOKEN: ports.runToken(run.experimentId, run.name),
    ASSAY_RUN_ID: run.id,
    ASSAY_ATTEMPT: String(attempt.number),
  };
  return {
    attemptId: attempt.id,
    runId: run.id,
    experimentId: run.experimentId,
    projectId: run.projectId,
    deliveryId: run.deliveryId,
    requestId: run.requestId,
    image: experiment.image.digest,
    command: run.plan.command,
    graceSeconds: run.plan.graceSeconds,
    internet: project.settings.internet,
    mounts: [
      { source: workspace.input, target: "/assay/input", readOnly: true },
      { source: workspace.output, target: "/assay/output", readOnly: false },
      { source: workspace.cache, target: "/assay/cache", readOnly: false },
      ...(parent === undefined
        ? []
        : [{ source: parent, target: "/assay/parent", readOnly: true }]),
      ...(shared === undefined || volume === undefined
        ? []
        : [{ source: shared, target: volume.mountPoint, readOnly: false }]),
      ...volumeMounts(project, experiment.manifest?.spec),
      ...(await inputMounts(ports, run.plan)),
    ],
    replicas: run.plan.replicas.map((replica) => ({
      name: replica.name,
      env: { ...replica.env, ...env },
      command: replica.command,
      resources: replica.resources,
      devices:
        attempt.reservation?.find((reserved) => reserved.replica === replica.name)?.devices ?? [],
    })),
  };
}
