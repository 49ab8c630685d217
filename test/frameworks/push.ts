import { readFileSync } from "node:fs";

import { RunDetailAnswer } from "../../src/contract/run.ts";
import { finished, logOf, repositoryFiles } from "../support/experiments.ts";
import type { TestPlatform } from "../support/platform.ts";
import type { Projects } from "../support/projects.ts";

export interface Wish {
  readonly project: string;
  readonly framework: string;
  readonly operator: string;
  readonly program: string;
  readonly command: string;
  readonly types: string;
}

export interface Pushed {
  readonly status: string;
  readonly run: RunDetailAnswer;
  readonly log: (attempt: number, replica: string) => Promise<string>;
}

/** Frameworks of half a gigabyte, in several replicas, on whatever else the machine does. */
const SECONDS = 400;

/** Pushes a program with its manifest, which gives it two attempts, and answers what became of it. */
export async function push(
  platform: TestPlatform,
  projects: Projects,
  { project, framework, operator, program, command, types }: Wish,
): Promise<Pushed> {
  const spec =
    "restartPolicy: { backoffLimit: 1 }\n  gracefulTermination: { terminationGracePeriodSeconds: 5 }";
  const copy = await projects.create(project, {
    ...repositoryFiles(command, { operator, types, spec }),
    Dockerfile: `FROM assay/python-${framework}:local\nCOPY ${program} /src/\nWORKDIR /src\n`,
    [program]: readFileSync(new URL(`programs/${program}`, import.meta.url), "utf8"),
  });
  await copy.commit("exp: meet");
  await copy.push();
  const { status, runs } = await finished(platform, `${project}#1`, SECONDS);
  const { body } = await platform.call("GET", `/api/v1/runs/${runs[0].id}`);
  return {
    status,
    run: RunDetailAnswer.parse(body),
    log: (attempt, replica) =>
      logOf(platform, `${project}#1`, `?step=Running&attempt=${attempt}&replica=${replica}`),
  };
}
