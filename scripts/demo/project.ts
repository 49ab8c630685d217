import { setTimeout } from "node:timers/promises";

import { type ExperimentItem, ExperimentPage } from "../../src/contract/experiment.ts";
import { ProjectAnswer } from "../../src/contract/project.ts";
import type { Api } from "./api.ts";

export const SLUG = "digits";

/** The demo's project on the built-in git remote, made where there is none; answers where to push. */
export async function demoProject(api: Api): Promise<string> {
  const body = { name: SLUG, forge: "builtin" };
  const project =
    (await api.find(`/api/v1/projects/${SLUG}`, ProjectAnswer)) ??
    (await api.call("/api/v1/projects", ProjectAnswer, { method: "POST", body }));
  if (project.forge === "builtin" && project.gitUrl !== null) return project.gitUrl;
  throw new Error(
    `The project ${SLUG} is one of yours, at ${project.forge}. Run the demo beside it: ASSAY_DATA_DIR=<another folder> npm run demo`,
  );
}

/** What a push has started; a moment later where the server could not decide at once. */
export async function experimentOf(api: Api, commit: string): Promise<ExperimentItem> {
  for (let look = 0; look < 50; look += 1) {
    const { items } = await api.call(`/api/v1/experiments?project=${SLUG}`, ExperimentPage);
    const experiment = items.find(({ source }) => source.commit === commit);
    if (experiment !== undefined) return experiment;
    await setTimeout(200);
  }
  throw new Error(`The push of ${commit} has started no experiment.`);
}
