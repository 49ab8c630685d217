import type { Step } from "../../src/core/experiment.ts";
import type { Server } from "./call.ts";
import { waitFor } from "./wait-for.ts";

/** The smallest repository that runs: the test image, a command, a manifest. */
export function repositoryFiles(
  command: string,
  more: {
    readonly spec?: string;
    readonly top?: string;
    readonly types?: string;
    readonly operator?: string;
  } = {},
): Readonly<Record<string, string>> {
  const types =
    more.types ?? "worker: { count: 1, resources: { cpus: 1, cpuLimitRatio: 1, memory: 0.25 } }";
  return {
    Dockerfile: "FROM assay/busybox:local\nCOPY . /src\nWORKDIR /src\n",
    "manifest.yaml": [
      "kind: AIchorManifest",
      "apiVersion: 0.2.3",
      ...(more.top === undefined ? [] : [more.top]),
      "builder: { image: test, dockerfile: Dockerfile }",
      "spec:",
      `  operator: ${more.operator ?? "jobset"}`,
      "  image: test",
      `  command: ${JSON.stringify(command)}`,
      ...(more.spec === undefined ? [] : [`  ${more.spec}`]),
      "  types:",
      `    ${types}`,
      "",
    ].join("\n"),
  };
}

const FINISHED = ["Succeeded", "Failed", "Cancelled"];

// oxlint-disable-next-line typescript/no-explicit-any -- the body is what the API answers
type Body = any;

/** The experiment as the API shows it, once it has finished. */
export async function finished(platform: Server, id: string, seconds = 60): Promise<Body> {
  let body: Body;
  const look = async (): Promise<boolean> => {
    ({ body } = await platform.call("GET", `/api/v1/experiments/${encodeURIComponent(id)}`));
    return FINISHED.includes(body.status);
  };
  await waitFor(`experiment ${id} to finish`, look, seconds).catch((error: Error) => {
    error.message += `: ${JSON.stringify({ step: body.step, steps: body.steps, runs: body.runs })}`;
    throw error;
  });
  return body;
}

/** The experiment once it stands in a step, with a note that matches if one is given. */
export const atStep = (
  platform: Server,
  id: string,
  step: Step,
  note = /(?:)/,
  seconds = 60,
): Promise<Body> =>
  waitFor(
    `experiment ${id} to be ${step}`,
    async () => {
      const { body } = await platform.call("GET", `/api/v1/experiments/${encodeURIComponent(id)}`);
      if (FINISHED.includes(body.status))
        throw new Error(`it ended before: ${JSON.stringify(body.steps)}`);
      const its = body.steps?.find(({ name }: Body) => name === step);
      return body.step === step && its?.status === "Running" && note.test(its.note ?? "") && body;
    },
    seconds,
  );

/** What the experiment printed, as the API downloads it. */
export async function logOf(platform: Server, id: string, query = ""): Promise<string> {
  const path = `/api/v1/experiments/${encodeURIComponent(id)}/logs${query}`;
  return (await platform.call("GET", path)).body;
}
