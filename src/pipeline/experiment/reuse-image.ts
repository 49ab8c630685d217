import type { BuildRequest, ImageKey } from "../../core/builder.ts";
import { BuildFailedError } from "../../core/errors.ts";
import type { ExperimentAt, Image } from "../../core/experiment.ts";
import type { Ports } from "../../core/ports.ts";
import { buildFailed } from "./build-failed.ts";
import { buildLog } from "./build-log.ts";
import { pushBuilt } from "./push-built.ts";
import type { StepResult } from "./step-result.ts";

type ReusePorts = Pick<Ports, "database" | "builder" | "logs">;

/** A resubmit runs the very image that its parent ran. */
export async function imageOfParent(
  ports: ReusePorts,
  { id, parentId }: ExperimentAt<"Building">,
  daemon: string,
): Promise<StepResult | undefined> {
  const { database, builder } = ports;
  const parent = parentId === undefined ? undefined : await database.experiments.find(parentId);
  if (parent?.image === undefined || parent.image.daemon !== daemon) return undefined;
  if (!(await builder.exists(parent.image.digest))) return undefined;
  const note = `image of ${parent.projectSlug}#${parent.number}, which this resubmits`;
  return tellReuse(ports, id, { ...parent.image, reused: true }, note);
}

/** The step's whole log, also where an earlier try had begun to build. */
export async function tellReuse(
  ports: Pick<Ports, "logs">,
  id: string,
  image: Image,
  note: string,
): Promise<StepResult> {
  const log = buildLog(ports, { id });
  await log.line(note);
  await log.seal();
  return { kind: "done", note, found: { image } };
}

/** An image of this key that is there; undefined where one is to be built. */
export async function imageOfKey(
  ports: ReusePorts,
  experiment: ExperimentAt<"Building">,
  build: {
    readonly daemon: string;
    readonly key: ImageKey;
    readonly request: Pick<BuildRequest, "logins">;
    readonly hidden: readonly string[];
  },
  signal: AbortSignal,
): Promise<StepResult | undefined> {
  const { database, builder } = ports;
  const { projectId, projectSlug, overrides } = experiment;
  const { daemon, key, request, hidden } = build;
  if (overrides.freshBuild === true) return undefined;
  const known = await database.images.find(projectId, daemon, key.key);
  if (known === undefined || !(await builder.exists(known.digest))) return undefined;
  const { name, digest } = known;
  const why = `image reused from ${projectSlug}#${known.experimentNumber}: nothing that enters it has changed`;
  const log = buildLog(ports, experiment, hidden);
  try {
    await log.line(why);
    const pushed = await pushBuilt(ports, experiment, known, request, log, signal);
    await log.seal();
    return {
      kind: "done",
      note: pushed === undefined ? why : `${why}; it is in the registry as ${pushed}`,
      found: { image: { name, digest, daemon, reused: true } },
      write: ({ images }) => images.touch(projectId, daemon, key.key),
    };
  } catch (error) {
    if (error instanceof BuildFailedError) return buildFailed(log, error);
    await log.close();
    throw error;
  }
}
