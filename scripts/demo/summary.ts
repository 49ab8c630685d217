import { z } from "zod";

import type { ExperimentAnswer } from "../../src/contract/experiment.ts";
import { ObjectPage } from "../../src/contract/object.ts";
import type { StepExceptionAnswer } from "../../src/contract/run.ts";
import type { Api } from "./api.ts";

export interface Places {
  readonly url: string;
  readonly tokenFile: string;
  /** The folder of the project's output bucket. */
  readonly outputs: string;
  readonly workingCopy: string;
  /** Whether the server goes on after this. */
  readonly staysUp: boolean;
}

const Metrics = z.object({ accuracy: z.number() });

/** How the experiment ended, and how to look on from here. */
export async function summary(
  api: Api,
  experiment: ExperimentAnswer,
  { url, tokenFile, outputs, staysUp }: Places,
): Promise<string> {
  const { id, number, project, status, steps } = experiment;
  const name = `${project.slug}#${number}`;
  const bucket = `/api/v1/projects/${project.slug}/buckets/output/objects`;
  const folder = `output/${id}/`;
  const [metrics, files] = await Promise.all([
    api.find(`${bucket}/${folder}metrics.json`, Metrics),
    api.call(`${bucket}?prefix=${folder}`, ObjectPage),
  ]);
  const exception = steps.find((step) => step.exception !== null)?.exception;
  const call = (path: string, options = ""): string =>
    `  curl -sS -H "$AUTH" ${options}"${url}${path}"`;
  const one = `/api/v1/experiments/${project.slug}%23${number}`;
  return [
    "",
    `${name} ${status}${metrics ? `: ${(metrics.accuracy * 100).toFixed(1)} % of the digits that it had never seen are read right` : ""}.`,
    ...(exception ? exceptionLines(exception) : []),
    "",
    `Outputs   ${files.items.map(({ key }) => key.slice(folder.length)).join(", ") || "none"}`,
    `          in ${outputs}/${folder}`,
    `API       ${url}/api/v1 (described by ${url}/api/v1/openapi.json)`,
    `Token     in ${tokenFile}`,
    "",
    staysUp ? "To look on:" : "To look on, after npm start:",
    `  AUTH="Authorization: Bearer $(cat '${tokenFile}')"`,
    call(one),
    call(`${one}/logs?tail=10`),
    call(`${bucket}?prefix=${folder}`),
    ...(metrics ? [call(`${bucket}/${folder}curve.png`, "-o curve.png ")] : []),
  ].join("\n");
}

const exceptionLines = ({ message, hint, logTail }: StepExceptionAnswer): readonly string[] =>
  [message, hint, logTail?.trimEnd()].filter((part) => part !== undefined);

export function pushAgain({ url, workingCopy }: Places): string {
  return [
    "",
    "To push another one:",
    `  cd '${workingCopy}'`,
    '  git commit --allow-empty -m "exp: a larger rate" -m "Exp-Param: lr=0.3"',
    "  git push",
    "",
    `Assay stays up at ${url}. Ctrl-C stops it; npm start brings it back with everything in it.`,
  ].join("\n");
}
