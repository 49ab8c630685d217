import { type SourceChangesAnswer, SourceChangesQuery } from "../../contract/source-changes.ts";
import type { Experiment } from "../../core/experiment.ts";
import type { Ports } from "../../core/ports.ts";
import { experimentOf, findExperiment, findProject } from "../find.ts";
import type { Handlers } from "../handler.ts";
import { queryOf } from "../input.ts";
import { comparisonLink } from "../source-link.ts";

const MOST_FILES = 500;

export function sourceChangeRoutes(
  ports: Pick<Ports, "database" | "repository">,
): Pick<Handlers, "getSourceChanges"> {
  return {
    async getSourceChanges(request, response) {
      const { from } = queryOf(SourceChangesQuery, request);
      const [before, after] = await Promise.all([
        findExperiment(ports, from),
        experimentOf(ports, request),
      ]);
      response.json(await changesBetween(ports, before, after));
    },
  };
}

async function changesBetween(
  ports: Pick<Ports, "database" | "repository">,
  before: Experiment,
  after: Experiment,
): Promise<SourceChangesAnswer> {
  const from = before.source.commit;
  const to = after.source.commit;
  const answer = { from: from ?? null, to: to ?? null, url: null, files: null };
  const hasArchive = [before, after].some(({ source }) => source.kind === "archive");
  if (hasArchive || from === undefined || to === undefined)
    return { ...answer, reason: "One of them was uploaded: it has no commit of its own." };
  if (before.projectId !== after.projectId)
    return { ...answer, reason: "They are of two projects, and so of two repositories." };
  const project = await findProject(ports, after.projectId);
  const files = await ports.repository.changedFiles(project, { from, to }, MOST_FILES);
  const url = comparisonLink(project, { from, to }) ?? null;
  if (files === undefined)
    return { ...answer, url, reason: "The repository has one of the two commits no more." };
  const shown = files.map(({ path, change, linesAdded, linesDeleted }) => ({
    path,
    change,
    linesAdded: linesAdded ?? null,
    linesDeleted: linesDeleted ?? null,
  }));
  return { ...answer, url, files: shown, reason: null };
}
