import type { BuildRequest, ImageKey } from "../../core/builder.ts";
import { BuildFailedError } from "../../core/errors.ts";
import type { ExperimentAt } from "../../core/experiment.ts";
import type { BuiltImageRecord } from "../../core/image-store.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import { buildFailed } from "./build-failed.ts";
import { tookTooLong } from "./build-limit.ts";
import { buildLog } from "./build-log.ts";
import { changedParts } from "./changed-parts.ts";
import { pushBuilt } from "./push-built.ts";
import { failed, type StepResult } from "./step-result.ts";

/** Builds, with its reason and its output as the step's log; the user's mistakes are the step's failure. */
export async function buildImage(
  ports: Pick<Ports, "database" | "builder" | "logs">,
  {
    experiment,
    project,
    request,
    key,
    daemon,
    hidden,
    preface,
  }: {
    readonly experiment: ExperimentAt<"Building">;
    readonly project: Project;
    readonly request: BuildRequest;
    readonly key: ImageKey;
    readonly daemon: string;
    /** What the log must not show. */
    readonly hidden: readonly string[];
    /** What is said before anything else. */
    readonly preface: readonly string[];
  },
  signal: AbortSignal,
): Promise<StepResult> {
  const { database, builder, logs } = ports;
  const { buildTimeoutSeconds } = project.settings;
  const timeout = AbortSignal.timeout(buildTimeoutSeconds * 1000);
  const logKey = { experimentId: experiment.id, step: "Building" } as const;
  const before = await logs.find(logKey);
  const log = buildLog(ports, experiment, hidden);
  const either = AbortSignal.any([signal, timeout]);
  try {
    // What an earlier try has printed stands above, and would seem to be printed twice.
    if (preface.length === 0 && before !== undefined && !before.sealed && before.stored > 0)
      await log.line(`The build was interrupted and begins again${again(request)}.`);
    const latest = await database.images.latest(project.id, daemon);
    const known = await database.images.find(project.id, daemon, key.key);
    const why =
      experiment.overrides.freshBuild === true
        ? "a fresh build was asked for"
        : reasonToBuild(key, latest, known);
    for (const line of preface) await log.line(line);
    await log.line(`Building: ${why}`);
    const built = await builder.build(request, (bytes) => log.write(bytes), either);
    const { name, digest } = built;
    // At once, so that whoever waits for the same image finds it; it is true whatever becomes of this claim.
    const { id: experimentId, projectId } = experiment;
    await database.images.record({ ...built, projectId, daemon, experimentId });
    const pushed = await pushBuilt(ports, experiment, built, request, log, either);
    await log.seal();
    const note = `built: ${why}${pushed === undefined ? "" : `; it is in the registry as ${pushed}`}`;
    return { kind: "done", note, found: { image: { name, digest, reused: false, daemon } } };
  } catch (error) {
    if (timeout.aborted && !signal.aborted) {
      const message = tookTooLong(buildTimeoutSeconds);
      await log.line(message);
      await log.seal();
      return failed("Timeout", message, { logTail: log.tail });
    }
    if (!(error instanceof BuildFailedError)) {
      if (signal.aborted) await log.line("The build was stopped.");
      await log.close();
      throw error;
    }
    return buildFailed(log, error);
  }
}

const again = ({ fresh }: BuildRequest): string =>
  fresh ? ", all of it" : "; layers that were finished come from the cache";

/** In words: what of the image is other than in the project's newest one. */
function reasonToBuild(
  { parts }: ImageKey,
  latest: BuiltImageRecord | undefined,
  known: BuiltImageRecord | undefined,
): string {
  if (known !== undefined) return "the image that was built from this before is gone";
  if (latest === undefined) return "the project's first image";
  return `${changedParts(parts, latest.parts)} changed since #${latest.experimentNumber}`;
}
