import { BuildFailedError } from "../../core/errors.ts";
import type { Dockerfile } from "./dockerfile.ts";
import { type FailureScene, placeOfStep } from "./failure-scene.ts";
import { toPullError } from "./pull-failure.ts";

/**
 * What BuildKit's error means: the user's fault, located and in a sentence, or the platform's, as it is. The texts are
 * those of Docker 20.10 to 28, which differ.
 */
export function toBuildError(message: string, scene: FailureScene): Error {
  const text = `${message}\n${scene.step?.error ?? ""}`;
  // A command's failure first: its text, which the user wrote, is part of the message.
  const failed = failedCommand(text, scene);
  if (failed !== undefined) return failed;
  if (/: (?:no space left on device|disk quota exceeded)\s*$/im.test(text))
    return new Error(`The build machine has no space left on device: ${message}`);
  return (
    toPullError(text, scene) ??
    parseError(text, scene) ??
    missingTarget(text, scene) ??
    missingFile(text, scene) ??
    missingSecret(text, scene) ??
    missingAgent(text, scene) ??
    (isOurs(text) ? new Error(`BuildKit failed: ${message}`) : anyOther(message, scene))
  );
}

function parseError(text: string, { context, dockerfile }: FailureScene): Error | undefined {
  const [, line, reason] = /parse error (?:on )?line (\d+): (.*)/.exec(text) ?? [];
  const [, general] =
    /dockerfile parse error: (.*)|(?:failed to parse Dockerfile|file with no instructions).*/i.exec(
      text,
    ) ?? [];
  if (line !== undefined)
    return new BuildFailedError(`${context.dockerfile.path}:${line}: ${reason}`, {
      hint: isHereDocument(dockerfile, Number(line), reason ?? "")
        ? "This Engine's BuildKit does not know here-documents (<<EOF); use && and line continuations, or a script."
        : undefined,
    });
  return general === undefined
    ? undefined
    : new BuildFailedError(`${context.dockerfile.path}: ${general}`);
}

function isHereDocument({ stages }: Dockerfile, line: number, reason: string): boolean {
  const before = stages
    .flatMap(({ instructions }) => instructions)
    .filter((each) => each.line < line)
    .at(-1);
  return reason.startsWith("unknown instruction") && /<<-?["']?[A-Za-z_]/.test(before?.text ?? "");
}

function missingTarget(
  text: string,
  { context, dockerfile, target }: FailureScene,
): Error | undefined {
  if (!/target stage .* could not be found/.test(text)) return undefined;
  const names = dockerfile.stages.flatMap(({ name }) => name ?? []);
  return new BuildFailedError(`${context.dockerfile.path} has no stage named ${target}.`, {
    hint:
      names.length === 0
        ? "None of its stages has a name: FROM … AS name."
        : `Its stages are ${names.join(", ")}.`,
  });
}

function missingFile(text: string, scene: FailureScene): Error | undefined {
  const [, quoted] =
    /(?:failed to compute cache key|failed to calculate checksum).*?"\/?([^"]+)":? not found/s.exec(
      text,
    ) ?? [];
  const [, walked] = /buildkit-mount\d+\/(\S+?): no such file or directory/.exec(text) ?? [];
  const name = quoted ?? walked;
  if (name === undefined) return undefined;
  const { folder, ignoreFile, entries, sourcePaths } = scene.context;
  const inContext = folder === "" ? name : `${folder}/${name}`;
  const isThere = (path: string): boolean =>
    sourcePaths.has(path) || sourcePaths.keys().some((each) => each.startsWith(`${path}/`));
  const hint =
    isThere(inContext) && !entries.has(inContext) && ignoreFile !== undefined
      ? `It is in the repository, but ${ignoreFile} leaves it out of the build.`
      : folder !== "" && isThere(name)
        ? `It is in the repository, but not in the build context ${folder}: only what is below that can be copied.`
        : "Check the path: it is relative to the build context.";
  return new BuildFailedError(`${placeOfStep(scene)}: there is no ${name} in the build context.`, {
    hint,
  });
}

function missingSecret(text: string, scene: FailureScene): Error | undefined {
  const [, name] = /secret (\S+?):? not found/.exec(text) ?? [];
  if (name === undefined) return undefined;
  return new BuildFailedError(`${placeOfStep(scene)}: the build has no secret ${name}.`, {
    hint: `Give the project this secret (assay secrets set ${name}), and list it in the manifest's secrets.`,
  });
}

function missingAgent(text: string, scene: FailureScene): Error | undefined {
  if (!/(?:unset ssh forward key|no SSH key) /i.test(text)) return undefined;
  return new BuildFailedError(`${placeOfStep(scene)}: the build has no ssh agent.`, {
    hint: "Clone over https, with a token that the step mounts: RUN --mount=type=secret,id=….",
  });
}

function failedCommand(text: string, scene: FailureScene): Error | undefined {
  const [, written] =
    /(?:executor failed|did not complete).*exit code: (\d+)\s*$/ms.exec(text) ?? [];
  if (written === undefined) return undefined;
  const exitCode = Number(written);
  const notStarted = notStartedBy(scene.step?.output ?? "", scene);
  if (notStarted !== undefined) return notStarted;
  return new BuildFailedError(`${placeOfStep(scene)}: exit code ${exitCode}`, {
    exitCode,
    hint: hintOf(exitCode, scene.step?.output ?? ""),
  });
}

/** The runtime says on the step's own output why it could not begin; only a wrong program is the user's fault. */
function notStartedBy(output: string, scene: FailureScene): Error | undefined {
  const [, reason] = /^runc run failed: (.*)\s*$/m.exec(output) ?? [];
  if (reason === undefined) return undefined;
  const [program] = /exec: .*/.exec(reason) ?? [];
  return program === undefined
    ? new Error(`The container runtime could not begin a step: ${reason}`)
    : new BuildFailedError(`${placeOfStep(scene)}: its program cannot be run: ${program}`);
}

function hintOf(exitCode: number, output: string): string | undefined {
  if (/no space left on device/i.test(output))
    return "A disk was full: the build machine's, or a tmpfs of the step.";
  if (exitCode === 137)
    return "The step was killed, most likely because the build machine ran out of memory.";
  if (exitCode === 127)
    return "A command was not found (127): is its package installed in an earlier step?";
  return undefined;
}

/** BuildKit's own trouble, and the machine's. */
function isOurs(text: string): boolean {
  return /no active session|transport is closing|code = (?:Unavailable|Canceled)|context (?:canceled|deadline exceeded)|error reading from server|OCI runtime|runc run failed|failed to mount|snapshot|input\/output error/i.test(
    text,
  );
}

/** Steps of the user's have a number, or an address to fetch; the others are BuildKit's own, such as an export. */
const usersStep = /^(?:\[[^\]]*\d+\/\d+\] |FROM |https?:)/;

function anyOther(message: string, scene: FailureScene): Error {
  // Where no step failed, BuildKit did not get past reading the Dockerfile.
  if (scene.step !== undefined && !usersStep.test(scene.step.name))
    return new Error(`BuildKit failed: ${message}`);
  const reason = message.replace(
    /^(?:failed to solve(?: with frontend [\w.]+)?: |failed to create LLB definition: |rpc error: code = \w+ desc = )+/,
    "",
  );
  return new BuildFailedError(`${placeOfStep(scene)}: ${reason}`);
}
