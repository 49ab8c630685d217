import { createHash } from "node:crypto";

import { UnsupportedError } from "../../core/errors.ts";
import type { ExperimentAt } from "../../core/experiment.ts";
import type { Ports } from "../../core/ports.ts";
import type { PlannedReplica, RunPlan } from "../../core/run.ts";
import { neverFits } from "../../core/shortage.ts";
import { SAFETY_NET_SECONDS } from "../drive.ts";
import { findProject } from "../find-project.ts";
import { IN_THE_QUEUE, noteOf } from "../run/note.ts";
import { enqueueRun } from "../run/preparing.ts";
import { planSource } from "./plan-source.ts";
import { plannedInputs } from "./planned-inputs.ts";
import { missingSecrets, secretVersions } from "./secret-versions.ts";
import { failed, type StepResult } from "./step-result.ts";

/** The one run of an experiment that is no search and no workflow. */
const ONLY_RUN = "main";

/** The plan: which runs, with which replicas and variables. What can never fit is refused here. */
export async function submitting(
  ports: Pick<Ports, "database" | "planner" | "engines" | "runToken" | "workspaces" | "publicUrl">,
  experiment: ExperimentAt<"Submitting">,
  signal: AbortSignal,
): Promise<StepResult> {
  if (experiment.cancelRequestedAt !== undefined) return { kind: "cancelled" };
  const { manifest, image, engine: name, priority, id } = experiment;
  const engine = ports.engines.get(name);
  if (engine === undefined)
    return failed(
      "UnknownEngine",
      `There is no engine ${name} here. Known: ${[...ports.engines.keys()].join(", ")}.`,
    );

  const project = await findProject(ports, experiment);
  let replicas: readonly PlannedReplica[];
  try {
    replicas = ports.planner.plan(manifest, await planSource(ports, project, experiment));
  } catch (error) {
    if (error instanceof UnsupportedError) return failed("Unsupported", error.message);
    throw error;
  }
  const tooLarge = neverFits(replicas, { name, machines: await engine.capacity(signal) });
  if (tooLarge !== undefined) return failed("NeverFits", tooLarge);

  const secrets = await secretVersions(ports, project, manifest);
  if (secrets.missing.length > 0) return failed("SecretMissing", missingSecrets(secrets.missing));

  const inputs = await plannedInputs(ports, experiment);
  if (typeof inputs === "string") return failed("InputMissing", inputs);

  // Its containers are where its image is.
  const daemon = (await engine.daemon(signal)) === undefined ? undefined : image.daemon;
  const { spec } = manifest;
  const longest = project.settings.runTimeoutSeconds;
  const plan: RunPlan = {
    operator: spec.operator,
    command: spec.command,
    replicas,
    timeoutSeconds: Math.min(spec.timeoutSeconds ?? longest, longest),
    queueTimeoutSeconds: spec.queueTimeoutSeconds,
    backoffLimit: spec.restartPolicy.backoffLimit,
    graceSeconds: spec.gracefulTermination.terminationGracePeriodSeconds,
    secrets: secrets.versions,
    inputs,
  };
  const token = ports.runToken(id, ONLY_RUN);
  return {
    kind: "done",
    next: noteOf({ state: "Queueing", reason: IN_THE_QUEUE, attempt: 1 }),
    note: replicas.length === 1 ? "1 replica" : `${replicas.length} replicas`,
    async write(stores) {
      const tokenHash = createHash("sha256").update(token).digest("hex");
      const run = await stores.runs.create({
        experimentId: id,
        name: ONLY_RUN,
        engine: name,
        priority,
        plan,
        daemon,
        tokenHash,
      });
      await stores.runs.advance(run, { state: "Preparing" });
      await enqueueRun(stores, { ...run, state: "Preparing" });
      // The scheduler wakes it; one that must not queue for ever sets its timer first.
      const netSeconds = plan.queueTimeoutSeconds === undefined ? SAFETY_NET_SECONDS : undefined;
      await stores.queue.push("run", run.id, { daemon, netSeconds });
    },
  };
}
