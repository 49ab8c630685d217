import type { ResubmitBody } from "../../contract/experiment-requests.ts";
import type { ExperimentAnswer } from "../../contract/experiment.ts";

type Params = ExperimentAnswer["params"];
type Value = Params[string];

/** The fields of the panel, as they are typed. */
export interface Draft {
  readonly name: string;
  readonly params: Readonly<Record<string, string>>;
  readonly command: string;
  /** Lines of `NAME=value`. */
  readonly env: string;
  readonly tags: string;
  readonly timeout: string;
  readonly freshBuild: boolean;
}

export function draftOf({ name, params, manifest, tags }: ExperimentAnswer): Draft {
  return {
    name,
    params: Object.fromEntries(Object.entries(params).map(([key, value]) => [key, write(value)])),
    command: manifest?.spec.command ?? "",
    env: "",
    tags: tags.join(", "),
    timeout: "",
    freshBuild: false,
  };
}

/** Only what differs from the original is sent. */
export function requestOf(experiment: ExperimentAnswer, draft: Draft): ResubmitBody {
  const original = draftOf(experiment);
  const params = Object.entries(draft.params)
    .filter(([key, text]) => text !== original.params[key])
    .map(([key, text]) => [key, read(text, experiment.params[key])]);
  const env = draft.env
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(pairOf);
  const overrides = {
    ...(params.length > 0 && { params: Object.fromEntries(params) }),
    ...(env.length > 0 && { env: Object.fromEntries(env) }),
    ...(draft.command !== original.command && { command: draft.command }),
    ...(draft.timeout.trim() !== "" && { timeout: draft.timeout.trim() }),
    ...(draft.name !== original.name && { name: draft.name }),
    ...(draft.tags !== original.tags && { tags: listOf(draft.tags) }),
  };
  return {
    ...(draft.freshBuild && { freshBuild: true }),
    ...(Object.keys(overrides).length > 0 && { overrides }),
  };
}

/** What will happen, in a sentence. */
export function sentenceOf(experiment: ExperimentAnswer, draft: Draft): string {
  const { source, image } = experiment;
  const original = draftOf(experiment);
  const changes = Object.entries(draft.params)
    .filter(([key, text]) => text !== original.params[key])
    .map(([key, text]) => `${key} ${original.params[key]} → ${text}`);
  const parts = [
    source.commit === null ? "Same archive" : `Same commit ${source.commit.slice(0, 7)}`,
    draft.freshBuild || image === null ? "its image is built anew" : "same image",
    ...changes,
    ...(draft.command === original.command ? [] : ["another command"]),
    ...(draft.env.trim() === "" ? [] : ["other variables"]),
    ...(draft.timeout.trim() === "" ? [] : [`at most ${draft.timeout.trim()}`]),
  ];
  return `${parts.join(", ")}.`;
}

const write = (value: Value | undefined): string =>
  typeof value === "string" ? value : JSON.stringify(value);

/** Text stays text where the original was; else a number is a number. */
function read(text: string, original: Value | undefined): Value {
  if (typeof original === "string") return text;
  try {
    const value: Value = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

function pairOf(line: string): readonly [string, string] {
  const [name = "", ...rest] = line.split("=");
  return [name.trim(), rest.join("=")];
}

const listOf = (text: string): string[] =>
  text
    .split(",")
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");
