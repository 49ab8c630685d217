import type { Dockerfile, Stage } from "./dockerfile.ts";
import { reachableStages, stageNamed } from "./reachable-stages.ts";

/** What decides about an image, beside the files of the context. */
export interface BuildRules {
  readonly dockerfile: Dockerfile;
  /** Where the Dockerfile is, for sentences. */
  readonly path: string;
  readonly target: string | undefined;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Whether an image brings instructions of its own (ONBUILD); undefined: nobody knows, as it is not here. */
  readonly hasTriggers: (image: string) => boolean | undefined;
}

/** The stages that are built, where they hold all that is done; else why that is not so, as the end of a sentence. */
export function builtStages({
  dockerfile,
  path,
  target,
  buildArgs,
  hasTriggers,
}: BuildRules): readonly Stage[] | string {
  const syntax = buildArgs["BUILDKIT_SYNTAX"] ?? dockerfile.syntax;
  if (syntax !== undefined && !knownSyntax.test(syntax))
    return `${path} is read by a frontend of its own, ${syntax}`;
  if (!dockerfile.isClear)
    return `${path} has a here-document, or something else that releases of BuildKit read differently`;
  const stages = reachableStages(dockerfile, target);
  if (stages === undefined) return `it cannot be told which stages of ${path} are built`;
  for (const { base, from } of stages) {
    if (base === "scratch" || stageNamed(dockerfile.stages, base) !== undefined) continue;
    const triggers = hasTriggers(base);
    const image = `${base} (${path}:${from.line})`;
    if (triggers === undefined) return `${image} is not on this machine yet`;
    if (triggers) return `${image} has instructions of its own (ONBUILD)`;
  }
  const trigger = stages
    .flatMap(({ instructions }) => instructions)
    .find(({ keyword }) => keyword === "ONBUILD");
  return trigger === undefined ? stages : `${path}:${trigger.line} is ONBUILD`;
}

/** The frontend that an Engine has itself, and the releases of the same. */
const knownSyntax = /^(?:docker\.io\/)?docker\/dockerfile(?::1(?:\.\d{1,4}){0,2})?$/;
