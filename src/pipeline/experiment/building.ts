import type { BuildRequest, ImageKey } from "../../core/builder.ts";
import { BuildFailedError } from "../../core/errors.ts";
import type { ExperimentAt } from "../../core/experiment.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import { findProject } from "../find-project.ts";
import { archiveGone } from "./archive-gone.ts";
import { atDaemon } from "./at-daemon.ts";
import { buildFailed } from "./build-failed.ts";
import { buildImage } from "./build-image.ts";
import { withinLimit } from "./build-limit.ts";
import { buildLog } from "./build-log.ts";
import { type BuildMeans, buildMeans } from "./build-means.ts";
import { buildRequest } from "./build-request.ts";
import { alone } from "./build-turn.ts";
import { imageOfKey, imageOfParent } from "./reuse-image.ts";
import { skipBuild } from "./skip-build.ts";
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

  const project = await findProject(ports, experiment);
  const means = await buildMeans(ports, project, experiment.manifest);
  if (means.kind === "failed") return means;
  const skipped = await withinLimit(project, signal, (either) =>
    skipBuild(ports, experiment, means, daemon, either),
  );
  if (skipped !== undefined && skipped.kind !== "build") return skipped;
  const gone = await archiveGone(ports, experiment);
  if (gone !== undefined) return gone;
  const preface = skipped === undefined ? [] : [skipped.because];
  return imageOfSource(ports, experiment, { project, means, daemon, preface }, signal);
}

async function imageOfSource(
  ports: BuildingPorts,
  experiment: ExperimentAt<"Building">,
  {
    project,
    means,
    daemon,
    preface,
  }: {
    readonly project: Project;
    readonly means: BuildMeans;
    readonly daemon: string;
    readonly preface: readonly string[];
  },
  signal: AbortSignal,
): Promise<StepResult> {
  const { hidden } = means;
  const request = buildRequest(ports, experiment, means);
  const key = await readSource(ports, experiment, { request, hidden, preface }, signal);
  if ("kind" in key) return key;
  const build = { daemon, key, request, hidden };
  const turn = `build ${experiment.projectId} ${daemon} ${key.key}`;
  // Without a turn: experiments that share an image do not wait for each other.
  const reuse = () =>
    withinLimit(project, signal, (either) => imageOfKey(ports, experiment, build, either));
  const found = await reuse();
  if (found !== undefined) return found;
  const result = await alone(ports.leases, turn, async () => {
    const meanwhile = await reuse();
    return meanwhile ?? buildImage(ports, { ...build, experiment, project, preface }, signal);
  });
  const note = "waiting for another experiment that builds the same image";
  return result ?? { kind: "wait", note, seconds: SAME_IMAGE_SECONDS };
}

/** What is wrong with the source as it lies there, such as no Dockerfile at all, is as much a failed build as any. */
async function readSource(
  ports: BuildingPorts,
  experiment: ExperimentAt<"Building">,
  build: {
    readonly request: BuildRequest;
    readonly hidden: readonly string[];
    readonly preface: readonly string[];
  },
  signal: AbortSignal,
): Promise<ImageKey | StepResult> {
  try {
    return await ports.builder.imageKey(build.request, signal);
  } catch (error) {
    if (!(error instanceof BuildFailedError)) throw error;
    const log = buildLog(ports, experiment, build.hidden);
    for (const line of build.preface) await log.line(line);
    return buildFailed(log, error);
  }
}
