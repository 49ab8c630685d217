import type { BuildRequest, ImageKey } from "../../core/builder.ts";
import { BuildFailedError } from "../../core/errors.ts";
import type { Experiment } from "../../core/experiment.ts";
import type { BuiltImageRecord } from "../../core/image-store.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import { buildFailed } from "./build-failed.ts";
import { StepLog } from "./step-log.ts";
import { failed, type StepResult } from "./step-result.ts";

/** Builds, with its reason and its output as the step's log; the user's mistakes are the step's failure. */
export async function buildImage(
  { database, builder, logs }: Pick<Ports, "database" | "builder" | "logs">,
  {
    experiment,
    project,
    request,
    key,
    daemon,
  }: {
    readonly experiment: Experiment;
    readonly project: Project;
    readonly request: BuildRequest;
    readonly key: ImageKey;
    readonly daemon: string;
  },
  signal: AbortSignal,
): Promise<StepResult> {
  const { buildTimeoutSeconds } = project.settings;
  const timeout = AbortSignal.timeout(buildTimeoutSeconds * 1000);
  const logKey = { experimentId: experiment.id, step: "Building" } as const;
  const before = await logs.find(logKey);
  const log = new StepLog(logs, logKey);
  try {
    // What an earlier try has printed stands above, and would seem to be printed twice.
    if (before !== undefined && !before.sealed && before.stored > 0)
      await log.line(`The build was interrupted and begins again${again(request)}.`);
    const latest = await database.images.latest(project.id, daemon);
    const known = await database.images.find(project.id, daemon, key.key);
    const why = request.fresh ? "a fresh build was asked for" : reasonToBuild(key, latest, known);
    await log.line(`Building: ${why}`);
    const built = await builder.build(
      request,
      (bytes) => log.write(bytes),
      AbortSignal.any([signal, timeout]),
    );
    await log.seal();
    // At once, so that whoever waits for the same image finds it; it is true whatever becomes of this claim.
    const { id: experimentId, projectId } = experiment;
    await database.images.record({ ...built, ...key, projectId, daemon, experimentId });
    return { kind: "done", note: why, found: { image: { ...built, reused: false, daemon } } };
  } catch (error) {
    if (timeout.aborted && !signal.aborted) {
      const message = `Building took longer than the project's limit of ${buildTimeoutSeconds} s.`;
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

/** How many changed parts a note names. */
const MOST_NAMED = 5;

/** In words: what of the image is other than in the project's newest one. */
function reasonToBuild(
  { parts }: ImageKey,
  latest: BuiltImageRecord | undefined,
  known: BuiltImageRecord | undefined,
): string {
  if (known !== undefined) return "the image that was built from this before is gone";
  if (latest === undefined) return "the project's first image";
  const names = new Set([...Object.keys(parts), ...Object.keys(latest.parts)]);
  const changed = [...names].filter((name) => parts[name] !== latest.parts[name]).toSorted();
  const named = changed.slice(0, MOST_NAMED).map((name) => name.replace(/^file:/, ""));
  const more = changed.length - named.length;
  return `since #${latest.experimentNumber} changed: ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
