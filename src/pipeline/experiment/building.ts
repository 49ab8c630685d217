import type { BuildRequest, ImageKey } from "../../core/builder.ts";
import { BuildFailedError } from "../../core/errors.ts";
import type { ExperimentAt, Image } from "../../core/experiment.ts";
import type { Ports } from "../../core/ports.ts";
import { findProject } from "../find-project.ts";
import { archiveGone } from "./archive-gone.ts";
import { atDaemon } from "./at-daemon.ts";
import { buildFailed } from "./build-failed.ts";
import { buildImage } from "./build-image.ts";
import { alone } from "./build-turn.ts";
import { ARCHIVES } from "./cloning.ts";
import { StepLog } from "./step-log.ts";
import type { StepResult } from "./step-result.ts";

type BuildingPorts = Pick<
  Ports,
  "database" | "builder" | "archives" | "engines" | "keep" | "logs" | "leases" | "reach"
>;

/** How soon it is looked again whether another experiment has built the same image. */
const SAME_IMAGE_SECONDS = 1;

/** The image: one that is there already for the same key, else a build. */
export async function building(
  ports: BuildingPorts,
  experiment: ExperimentAt<"Building">,
  signal: AbortSignal,
): Promise<StepResult> {
  if (experiment.cancelRequestedAt !== undefined) return { kind: "cancelled" };
  const daemon = await ports.builder.daemon(signal);
  return atDaemon(ports, experiment, daemon, () => haveImage(ports, experiment, daemon, signal));
}

async function haveImage(
  ports: BuildingPorts,
  experiment: ExperimentAt<"Building">,
  daemon: string,
  signal: AbortSignal,
): Promise<StepResult> {
  const fresh = experiment.overrides.freshBuild === true;
  const parents = fresh ? undefined : await imageOfParent(ports, experiment, daemon);
  if (parents !== undefined) return parents;
  const gone = await archiveGone(ports, experiment);
  if (gone !== undefined) return gone;

  const request = requestOf(ports, experiment, fresh);
  const key = await readSource(ports, experiment, request, signal);
  if ("kind" in key) return key;
  const turn = `build ${experiment.projectId} ${daemon} ${key.key}`;
  // Without a turn: experiments that share an image do not wait for each other.
  const found = await reuse(ports, experiment, daemon, key);
  if (found !== undefined) return found;
  const result = await alone(ports.leases, turn, async () => {
    const meanwhile = await reuse(ports, experiment, daemon, key);
    if (meanwhile !== undefined) return meanwhile;
    const project = await findProject(ports, experiment);
    return buildImage(ports, { experiment, project, request, key, daemon }, signal);
  });
  const note = "waiting for another experiment that builds the same image";
  return result ?? { kind: "wait", note, seconds: SAME_IMAGE_SECONDS };
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

/** What is wrong with the source as it lies there, such as no Dockerfile at all, is as much a failed build as any. */
async function readSource(
  { builder, logs }: BuildingPorts,
  { id }: ExperimentAt<"Building">,
  request: BuildRequest,
  signal: AbortSignal,
): Promise<ImageKey | StepResult> {
  try {
    return await builder.imageKey(request, signal);
  } catch (error) {
    if (!(error instanceof BuildFailedError)) throw error;
    return buildFailed(new StepLog(logs, { experimentId: id, step: "Building" }), error);
  }
}

/** A resubmit runs the very image that its parent ran. */
async function imageOfParent(
  { database, builder, logs }: BuildingPorts,
  { id, parentId }: ExperimentAt<"Building">,
  daemon: string,
): Promise<StepResult | undefined> {
  const parent = parentId === undefined ? undefined : await database.experiments.find(parentId);
  if (parent?.image === undefined || parent.image.daemon !== daemon) return undefined;
  if (!(await builder.exists(parent.image.digest))) return undefined;
  const image: Image = { ...parent.image, reused: true };
  const note = `image of ${parent.projectSlug}#${parent.number}, which this resubmits`;
  await tellReuse(logs, id, note);
  return { kind: "done", note, found: { image } };
}

/** An image of this key that is there; undefined where one is to be built. */
async function reuse(
  { database, builder, logs }: BuildingPorts,
  { id, projectId, projectSlug, overrides }: ExperimentAt<"Building">,
  daemon: string,
  { key }: ImageKey,
): Promise<StepResult | undefined> {
  if (overrides.freshBuild === true) return undefined;
  const known = await database.images.find(projectId, daemon, key);
  if (known === undefined || !(await builder.exists(known.digest))) return undefined;
  const note = `image reused from ${projectSlug}#${known.experimentNumber}: nothing that enters it has changed`;
  await tellReuse(logs, id, note);
  const { name, digest } = known;
  return {
    kind: "done",
    note,
    found: { image: { name, digest, daemon, reused: true } },
    write: ({ images }) => images.touch(projectId, daemon, key),
  };
}

/** The step's whole log, also where an earlier try had begun to build. */
async function tellReuse(
  logs: BuildingPorts["logs"],
  experimentId: string,
  note: string,
): Promise<void> {
  const log = new StepLog(logs, { experimentId, step: "Building" });
  await log.line(note);
  await log.seal();
}
