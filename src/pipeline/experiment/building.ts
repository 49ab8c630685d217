import type { BuildRequest, ImageKey } from "../../core/builder.ts";
import { BuildFailedError } from "../../core/errors.ts";
import type { ExperimentAt, Image } from "../../core/experiment.ts";
import type { BuiltImageRecord } from "../../core/image-store.ts";
import type { Ports } from "../../core/ports.ts";
import { findProject } from "../find-project.ts";
import { ARCHIVES } from "./cloning.ts";
import { StepLog } from "./step-log.ts";
import { failed, type StepResult } from "./step-result.ts";

type BuildingPorts = Pick<Ports, "database" | "builder" | "archives" | "logs">;

/** The image: one that is there already for the same key, else a build. */
export async function building(
  ports: BuildingPorts,
  experiment: ExperimentAt<"Building">,
  signal: AbortSignal,
): Promise<StepResult> {
  if (experiment.cancelRequestedAt !== undefined) return { kind: "cancelled" };
  const { database, builder } = ports;
  const daemon = await builder.daemon(signal);
  const fresh = experiment.overrides.freshBuild === true;
  const parents = fresh ? undefined : await imageOfParent(ports, experiment, daemon);
  if (parents !== undefined) return parents;

  const project = await findProject(ports, experiment);
  const log = new StepLog(ports.logs, { experimentId: experiment.id, step: "Building" });
  const request = requestOf(ports, experiment, fresh);
  const timeout = AbortSignal.timeout(project.settings.buildTimeoutSeconds * 1000);
  try {
    const key = await builder.imageKey(request, signal);
    const known = await database.images.find(project.id, daemon, key.key);
    if (known !== undefined && !fresh && (await builder.exists(known.digest))) {
      const note = `image reused from ${experiment.projectSlug}#${known.experimentNumber}: nothing that enters it has changed`;
      await log.line(note);
      await log.seal();
      return reuse(known, note);
    }
    const why = fresh
      ? "a fresh build was asked for"
      : reasonToBuild(key, await database.images.latest(project.id, daemon), known);
    await log.line(`Building: ${why}`);
    const write = (bytes: Uint8Array): Promise<void> => log.write(bytes);
    const built = await builder.build(request, write, AbortSignal.any([signal, timeout]));
    await log.seal();
    return {
      kind: "done",
      note: why,
      found: { image: { ...built, reused: false, daemon } },
      write: ({ images }) =>
        images.record({
          ...built,
          projectId: project.id,
          daemon,
          ...key,
          experimentId: experiment.id,
        }),
    };
  } catch (error) {
    if (signal.aborted) {
      await log.line("The build was stopped.");
      await log.close();
      throw error;
    }
    const { buildTimeoutSeconds } = project.settings;
    if (timeout.aborted) {
      await log.seal();
      return failed(
        "Timeout",
        `Building took longer than the project's limit of ${buildTimeoutSeconds} s.`,
      );
    }
    if (!(error instanceof BuildFailedError)) {
      await log.close();
      throw error;
    }
    await log.line(error.message);
    await log.seal();
    const { hint, exitCode, message } = error;
    return failed("BuildFailed", message, { hint, exitCode, logTail: log.tail });
  }
}

function requestOf(
  { archives }: BuildingPorts,
  { manifest, sourceArchive, id, projectId }: ExperimentAt<"Building">,
  fresh: boolean,
): BuildRequest {
  const { context, dockerfile, target, buildArgs } = manifest.builder;
  return {
    projectId,
    experimentId: id,
    async *source() {
      const archive = await archives.get(ARCHIVES, sourceArchive);
      if (archive === undefined) throw new Error(`the source archive ${sourceArchive} is gone`);
      yield* archive.body;
    },
    context,
    dockerfile,
    target,
    buildArgs,
    secrets: {},
    secretsVersion: "",
    fresh,
  };
}

/** A resubmit runs the very image that its parent ran. */
async function imageOfParent(
  { database, builder }: BuildingPorts,
  { parentId }: ExperimentAt<"Building">,
  daemon: string,
): Promise<StepResult | undefined> {
  const parent = parentId === undefined ? undefined : await database.experiments.find(parentId);
  if (parent?.image === undefined || parent.image.daemon !== daemon) return undefined;
  if (!(await builder.exists(parent.image.digest))) return undefined;
  const image: Image = { ...parent.image, reused: true };
  const note = `image of ${parent.projectSlug}#${parent.number}, which this resubmits`;
  return { kind: "done", note, found: { image } };
}

function reuse(
  { projectId, daemon, key, name, digest }: BuiltImageRecord,
  note: string,
): StepResult {
  return {
    kind: "done",
    note,
    found: { image: { name, digest, daemon, reused: true } },
    write: ({ images }) => images.touch(projectId, daemon, key),
  };
}

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
