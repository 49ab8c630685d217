import type { Manifest } from "../core/manifest.ts";
import type { PlanSource } from "../core/operator.ts";
import { parameterText, parameterVariable } from "../core/parameters.ts";
import { VARIABLE_LIMIT_BYTES } from "../core/reserved-variables.ts";
import { seedOf } from "../core/seed.ts";

type Environment = Readonly<Record<string, string>>;

/** The folders as containers see them. */
const FOLDERS = {
  input: "/assay/input/",
  output: "/assay/output/",
  parent: "/assay/parent/",
} as const;

/**
 * What every replica of a run finds, whatever the operator; `own` is what tells this one from the others. Assay's
 * variables win over the manifest's, which win over the project's; only OMP_NUM_THREADS is left to whoever sets it.
 * ASSAY_TOKEN, ASSAY_URL, ASSAY_RUN_ID and ASSAY_ATTEMPT are known per attempt only and added there.
 */
export function environment(
  manifest: Manifest,
  source: PlanSource,
  cpus: number,
  own: Environment,
): Environment {
  return {
    OMP_NUM_THREADS: String(Math.max(1, Math.floor(cpus))),
    ...source.projectEnv,
    ...manifest.spec.env,
    ...experimentVariables(source),
    ...commitVariables(source),
    ...folderVariables(source),
    ...parameterVariables({ ...manifest.params, ...source.params }),
    RUNNING_ON_AICHOR: "true",
    ...own,
  };
}

function experimentVariables({ id, projectId, projectSlug, run = "" }: PlanSource): Environment {
  return {
    AICHOR_EXPERIMENT_ID: id,
    ASSAY_EXPERIMENT_ID: id,
    AICHOR_PROJECT_ID: projectId,
    ASSAY_PROJECT: projectSlug,
    ASSAY_SEED: String(seedOf(id, run)),
  };
}

function commitVariables({ source, repository }: PlanSource): Environment {
  const message = fitting(source.message);
  return given({
    AICHOR_EXPERIMENT_MESSAGE: message,
    VCS_COMMIT_MESSAGE: message,
    VCS_SHA: source.commit,
    VCS_BRANCH: source.branch,
    VCS_AUTHOR_NAME: source.author?.name,
    VCS_AUTHOR_EMAIL: source.author?.email,
    VCS_REPOSITORY: repository,
  });
}

function folderVariables({ parentId }: PlanSource): Environment {
  const events = `${FOLDERS.output}tensorboard/`;
  return given({
    ASSAY_INPUT_PATH: FOLDERS.input,
    AICHOR_INPUT_PATH: FOLDERS.input,
    ASSAY_OUTPUT_PATH: FOLDERS.output,
    AICHOR_OUTPUT_PATH: FOLDERS.output,
    AICHOR_TENSORBOARD_PATH: events,
    AICHOR_LOGS_PATH: events,
    ASSAY_PARENT_OUTPUT_PATH: parentId === undefined ? undefined : FOLDERS.parent,
  });
}

function parameterVariables(params: Manifest["params"]): Environment {
  const each = Object.entries(params).map(([name, value]) => [
    parameterVariable(name),
    parameterText(value),
  ]);
  return { ...Object.fromEntries(each), ASSAY_PARAMS: JSON.stringify(params) };
}

const given = (variables: Readonly<Record<string, string | undefined>>): Environment =>
  Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );

/** A program cannot be started with a longer variable; three bytes a character are the most that UTF-8 needs here. */
function fitting(message: string): string {
  const text = message.replaceAll("\0", "");
  const most = Math.floor(VARIABLE_LIMIT_BYTES / 3);
  return text.length > most ? text.slice(0, most).toWellFormed() : text;
}
