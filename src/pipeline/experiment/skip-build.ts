import { BuildFailedError } from "../../core/errors.ts";
import type { Experiment, ExperimentAt, Image } from "../../core/experiment.ts";
import type { Ports } from "../../core/ports.ts";
import { buildFailed } from "./build-failed.ts";
import { buildLog } from "./build-log.ts";
import type { BuildMeans } from "./build-means.ts";
import { resolveNeeds } from "./needs.ts";
import { tellReuse } from "./reuse-image.ts";
import { failed, type StepResult } from "./step-result.ts";

type SkipPorts = Pick<Ports, "database" | "builder" | "logs">;

/** It is built all the same. */
interface BuiltAfterAll {
  readonly kind: "build";
  readonly because: string;
}

/** The image of another experiment, or one that was made elsewhere; undefined where the manifest asks for neither. */
export async function skipBuild(
  ports: SkipPorts,
  experiment: ExperimentAt<"Building">,
  means: BuildMeans,
  daemon: string,
  signal: AbortSignal,
): Promise<StepResult | BuiltAfterAll | undefined> {
  const { image, skipBuild: skip } = experiment.manifest.builder;
  if (skip === undefined) return undefined;
  if (skip.experiment !== undefined) {
    // Asked for by a person, after the manifest was written.
    if (experiment.overrides.freshBuild === true) return undefined;
    const found = await imageOfExperiment(ports, experiment, skip.experiment, daemon);
    if (typeof found !== "string") return found;
    if (!skip.failIfNotFound) return { kind: "build", because: found };
    return failed("ImageNotFound", found);
  }
  if (image === undefined) return undefined;
  return readyImage(ports, experiment, { name: image, means, daemon }, signal);
}

/** A sentence where there is none. */
async function imageOfExperiment(
  ports: SkipPorts,
  experiment: ExperimentAt<"Building">,
  reference: string,
  daemon: string,
): Promise<StepResult | string> {
  const found = await findNamed(ports, experiment, reference);
  if (found?.projectId !== experiment.projectId)
    return `The project has no experiment ${reference}, whose image builder.skipBuild names.`;
  const name = `${found.projectSlug}#${found.number}`;
  const { image } = found;
  if (image === undefined) return `${name}, whose image builder.skipBuild names, has none.`;
  if (image.daemon !== daemon)
    return `The image of ${name}, which builder.skipBuild names, is on another machine.`;
  if (!(await ports.builder.exists(image.digest)))
    return `The image of ${name}, which builder.skipBuild names, is gone.`;
  const note = `image of ${name}, as builder.skipBuild says`;
  return tellReuse(ports, experiment.id, { ...image, reused: true }, note);
}

async function findNamed(
  ports: SkipPorts,
  experiment: ExperimentAt<"Building">,
  reference: string,
): Promise<Experiment | undefined> {
  const [id = reference] = await resolveNeeds(ports, experiment, [reference]);
  return UUID.test(id) ? ports.database.experiments.find(id) : undefined;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function readyImage(
  ports: SkipPorts,
  experiment: ExperimentAt<"Building">,
  {
    name,
    means,
    daemon,
  }: { readonly name: string; readonly means: BuildMeans; readonly daemon: string },
  signal: AbortSignal,
): Promise<StepResult | BuiltAfterAll> {
  const { projectId, overrides, manifest } = experiment;
  const log = buildLog(ports, experiment, means.hidden);
  try {
    const request = {
      name,
      projectId,
      logins: means.logins,
      fresh: overrides.freshBuild === true,
    };
    const image: Image = {
      ...(await ports.builder.ready(request, (bytes) => log.write(bytes), signal)),
      daemon,
      reused: true,
    };
    const note = `image ${name} as it is, as builder.skipBuild says`;
    await log.line(note);
    await log.seal();
    return { kind: "done", note, found: { image } };
  } catch (error) {
    if (!(error instanceof BuildFailedError)) {
      await log.close();
      throw error;
    }
    if (manifest.builder.skipBuild?.failIfNotFound !== true) {
      await log.close();
      return { kind: "build", because: error.message };
    }
    return buildFailed(log, error);
  }
}
