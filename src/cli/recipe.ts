import type { ExperimentAnswer } from "../contract/experiment.ts";
import {
  fillValue,
  parameterText,
  parameterVariable,
  seedOf,
  shellWord,
} from "../contract/parameter.ts";
import type { ProjectAnswer } from "../contract/project.ts";
import type { RunDetailAnswer } from "../contract/run.ts";

export interface Made {
  readonly experiment: ExperimentAnswer;
  readonly project: Pick<ProjectAnswer, "slug" | "gitUrl" | "settings">;
  /** Of its last run; without one it never got so far. */
  readonly run: RunDetailAnswer | undefined;
}

type Manifest = NonNullable<ExperimentAnswer["manifest"]>;

/** The commands that clone, build and run an experiment anywhere with git and Docker; remarks begin with #. */
export function recipe(made: Made): readonly string[] {
  const { experiment, project } = made;
  const { manifest, source, number, image } = experiment;
  const folder = `${project.slug}-${number}`;
  const tag = `${project.slug}:${number}`;
  return [
    `# ${project.slug}#${number} (${experiment.id}), ${experiment.status}`,
    "set -eu",
    ...(project.gitUrl === null
      ? []
      : [`git clone ${shellWord(project.gitUrl)} ${shellWord(folder)}`]),
    `cd ${shellWord(folder)}`,
    ...(source.commit === null ? [] : [`git checkout --quiet --detach ${source.commit}`]),
    ...(manifest === null ? ["# Its manifest was not valid: nothing was built or run."] : []),
    ...(manifest === null ? [] : building(manifest, tag)),
    ...(image === null
      ? []
      : [`# There its image was ${image.digest}; what FROM names may be another one today.`]),
    ...(manifest === null ? [] : running(made, manifest, tag)),
  ];
}

function building({ builder, clone, secrets = [] }: Manifest, tag: string): readonly string[] {
  const { dockerfile, context, target, buildArgs, platform, skipBuild, image } = builder;
  if (skipBuild !== undefined && skipBuild.experiment === undefined && image !== undefined)
    return [`docker pull ${shellWord(image)}`, `docker tag ${shellWord(image)} ${shellWord(tag)}`];
  const recursive = clone.submodules === "recursive" ? " --recursive" : "";
  const words = [
    "docker build",
    `--tag ${shellWord(tag)}`,
    // It is relative to the context; where it is not there, to the repository's root.
    `--file "$(ls -d ${shellWord(`${context}/${dockerfile}`)} ${shellWord(dockerfile)} 2>/dev/null | head -n 1)"`,
    ...(target === undefined ? [] : [`--target ${shellWord(target)}`]),
    ...(platform === undefined ? [] : [`--platform ${shellWord(platform)}`]),
    ...Object.entries(buildArgs).map(
      ([name, value]) => `--build-arg ${shellWord(`${name}=${value}`)}`,
    ),
    shellWord(context),
  ];
  return [
    ...(skipBuild?.experiment === undefined
      ? []
      : [
          `# It ran the image of ${skipBuild.experiment}, by skipBuild; this builds its own source.`,
        ]),
    ...(secrets.length === 0
      ? []
      : [
          `# A step that mounts a secret needs it: ${secrets.map((name) => `--secret id=${name},env=${name}`).join(" ")}`,
        ]),
    ...(clone.submodules === "false" ? [] : [`git submodule update --init${recursive}`]),
    onLines(words),
  ];
}

function running(
  { experiment, project, run }: Made,
  manifest: Manifest,
  tag: string,
): readonly string[] {
  const [type] = manifest.spec.types;
  const replicas = run?.replicas.length ?? 1;
  const words = [
    "docker run --rm --init",
    ...(type === undefined ? [] : limits(type.resources)),
    '--volume "$PWD/input:/assay/input:ro"',
    '--volume "$PWD/output:/assay/output"',
    ...Object.entries(variables(experiment, project, manifest)).map(
      ([name, value]) => `--env ${shellWord(`${name}=${value}`)}`,
    ),
    "--entrypoint sh",
    shellWord(tag),
    `-c ${shellWord(run?.command ?? manifest.spec.command)}`,
  ];
  return [
    `# What it read: assay data cp -r input:/ input --project ${project.slug}`,
    ...(replicas > 1
      ? [`# It ran ${replicas} replicas that knew each other; this is one, by itself.`]
      : []),
    "mkdir -p input output",
    onLines(words),
  ];
}

type Resources = Manifest["spec"]["types"][number]["resources"];

const limits = ({ cpuLimit, memoryBytes, shmBytes, gpu }: Resources): readonly string[] => [
  `--cpus ${cpuLimit}`,
  `--memory ${memoryBytes}`,
  `--shm-size ${shmBytes}`,
  ...(gpu === undefined ? [] : [`--gpus ${gpu.count}`]),
];

/** As the container found them, but for those of the server that ran it. */
function variables(
  { id, params, source }: ExperimentAnswer,
  { slug, settings }: Made["project"],
  { spec, ...manifest }: Manifest,
): Readonly<Record<string, string>> {
  const given = { ...manifest.params, ...params };
  const filled = Object.entries(spec.env).map(([name, value]) => [name, fillValue(value, given)]);
  const each = Object.entries(given).map(([name, value]) => [
    parameterVariable(name),
    parameterText(value),
  ]);
  return {
    OMP_NUM_THREADS: String(Math.max(1, Math.floor(spec.types[0]?.resources.cpus ?? 1))),
    ...settings.env,
    ...Object.fromEntries(filled),
    ASSAY_EXPERIMENT_ID: id,
    ASSAY_PROJECT: slug,
    ASSAY_SEED: String(seedOf(id, "")),
    ...(source.commit !== null && { VCS_SHA: source.commit }),
    ...(source.branch !== null && { VCS_BRANCH: source.branch }),
    ASSAY_INPUT_PATH: "/assay/input/",
    AICHOR_INPUT_PATH: "/assay/input/",
    ASSAY_OUTPUT_PATH: "/assay/output/",
    AICHOR_OUTPUT_PATH: "/assay/output/",
    ...Object.fromEntries(each),
    ASSAY_PARAMS: JSON.stringify(given),
    RUNNING_ON_AICHOR: "true",
  };
}

const onLines = (words: readonly string[]): string => words.join(" \\\n  ");
