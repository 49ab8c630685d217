import { SourceUnavailableError } from "../../core/errors.ts";
import type { ExperimentAt, Found, RequestedResources } from "../../core/experiment.ts";
import type { Manifest, ManifestContext, ManifestError } from "../../core/manifest.ts";
import { applyOverrides, resolveParams } from "../../core/overrides.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import type { Commit } from "../../core/repository.ts";
import { findProject } from "../find-project.ts";
import { engineOf } from "./engine-of.ts";
import { manifestContext } from "./manifest-context.ts";
import { haveCommit, readManifest } from "./source.ts";
import { StepLog } from "./step-log.ts";
import { failed, type StepResult } from "./step-result.ts";

/** The bucket of source archives. */
export const ARCHIVES = "archives";

type CloningPorts = Pick<
  Ports,
  "database" | "repository" | "archives" | "manifests" | "engines" | "logs"
>;

/** The source as an archive that any worker finds, and the manifest as it will run. */
export async function cloning(
  ports: CloningPorts,
  experiment: ExperimentAt<"Cloning">,
  signal: AbortSignal,
): Promise<StepResult> {
  if (experiment.cancelRequestedAt !== undefined) return { kind: "cancelled" };
  const project = await findProject(ports, experiment);
  const { commit } = experiment.source;
  if (commit === undefined) return failed("SourceUnavailable", "The experiment names no commit.");

  const { cloneTimeoutSeconds } = project.settings;
  const timeout = AbortSignal.timeout(cloneTimeoutSeconds * 1000);
  const log = new StepLog(ports.logs, { experimentId: experiment.id, step: "Cloning" });
  const result = await clone(
    ports,
    project,
    experiment,
    commit,
    log,
    AbortSignal.any([signal, timeout]),
  ).catch(async (error: unknown) => {
    if (timeout.aborted && !signal.aborted)
      return failed("Timeout", `Cloning took longer than the project's ${cloneTimeoutSeconds} s.`);
    if (error instanceof SourceUnavailableError) return failed("SourceUnavailable", error.message);
    await log.close();
    throw error;
  });
  if (result.kind === "failed") await log.line(result.exception.message);
  await log.seal();
  return result;
}

async function clone(
  ports: CloningPorts,
  project: Project,
  experiment: ExperimentAt<"Cloning">,
  commit: string,
  log: StepLog,
  signal: AbortSignal,
): Promise<StepResult> {
  await log.line(`Commit ${commit} of ${project.repository ?? project.slug}`);
  if (!(await haveCommit(ports, project, commit, signal)))
    return failed(
      "SourceUnavailable",
      `Commit ${commit.slice(0, 7)} is not in ${project.repository ?? project.slug}: was it removed by a forced push?`,
    );
  const read = await readManifest(ports, project, experiment, commit);
  if (read.kind !== "found")
    return failed(read.kind === "missing" ? "ManifestMissing" : "ManifestRefused", read.message);
  const found: Found = { manifestPath: read.path, manifestText: read.text };

  const context = await manifestContext(ports, project, experiment.overrides.engine);
  const unknown = unknownChoice(context);
  if (unknown !== undefined) return { ...failed("UnknownEngine", unknown), found };
  const { manifest, errors, warnings } = ports.manifests.parse(read.text, context);
  if (manifest === undefined)
    return {
      ...failed("ManifestInvalid", sentences(read.path, errors)),
      found: { ...found, warnings },
    };
  const changed = applyOverrides(manifest, experiment.overrides);
  if (changed.errors.length > 0)
    return failed(
      "OverridesInvalid",
      changed.errors.map((error) => `${error.path}: ${error.message}`).join("\n"),
    );
  const resolved = resolveParams(changed.manifest);
  const engine = engineOf(project, experiment, resolved);
  if (!ports.engines.has(engine))
    return failed(
      "UnknownEngine",
      `There is no engine ${engine} here. Known: ${[...ports.engines.keys()].join(", ")}. Or add it as an alias in the project's settings: engineAliases.`,
    );

  const sourceArchive = await archive(ports, project, commit, resolved, signal);
  await log.line(`Manifest ${read.path}`);
  for (const { path, message } of warnings) await log.line(`warning: ${path}: ${message}`);
  return {
    kind: "done",
    found: {
      ...found,
      sourceArchive,
      manifest: resolved,
      warnings,
      engine,
      params: resolved.params,
      priority: experiment.overrides.priority ?? resolved.priority ?? experiment.priority,
      resources: requested(resolved),
      ...labels(resolved),
    },
  };
}

/** Said of the submission, its trailer or its resubmit: the manifest has nothing to do with it. */
function unknownChoice({ engine, engines }: ManifestContext): string | undefined {
  const isKnown = engines.some(
    ({ name, aliases }) => name === engine || aliases.some((each) => each === engine),
  );
  if (engine === undefined || isKnown) return undefined;
  const names = engines.map(({ name }) => name).join(", ");
  return `The engine ${engine} was asked for when this was submitted, and the project has no such engine: it has ${names}. Submit it again with one of these.`;
}

const sentences = (path: string, errors: readonly ManifestError[]): string =>
  errors
    .map(({ line, column, message, suggestion }) => {
      const meant = suggestion === undefined ? "" : ` Did you mean ${suggestion}?`;
      return `${path}, line ${line}, column ${column}: ${message}${message.includes(suggestion ?? "\0") ? "" : meant}`;
    })
    .join("\n");

/** What the manifest says of the experiment itself. */
function labels({ name, description, tags, metadata }: Manifest): Found {
  return {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    tags: [...new Set(tags)],
    fields: metadata,
  };
}

function requested({ spec }: Manifest): RequestedResources {
  let cpus = 0;
  let gpus = 0;
  let memoryBytes = 0;
  for (const { count, completions, resources } of spec.types) {
    const replicas = count * completions;
    cpus += replicas * resources.cpus;
    gpus += replicas * (resources.gpu?.count ?? 0);
    memoryBytes += replicas * resources.memoryBytes;
  }
  return { cpus, gpus, memoryGb: Math.round((memoryBytes / 2 ** 30) * 100) / 100 };
}

/** The same commit gives the same archive, so it is made once. */
async function archive(
  { repository, archives }: CloningPorts,
  project: Project,
  commit: Commit["id"],
  { clone }: Manifest,
  signal: AbortSignal,
): Promise<string> {
  const variant = clone.includeDotGit ? `-git-${clone.depth}-${clone.submodules}` : "";
  const key = `${project.slug}/${commit}${variant}.tar`;
  if ((await archives.stat(ARCHIVES, key)) === undefined)
    await archives.put(ARCHIVES, key, repository.archive(project, commit, clone, signal), signal);
  return key;
}
