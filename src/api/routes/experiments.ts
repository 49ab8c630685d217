import { EditRequest, ExperimentQuery, SubmitRequest } from "../../contract/experiment-requests.ts";
import type { ExperimentFilter } from "../../core/experiment-store.ts";
import type { Ports } from "../../core/ports.ts";
import { deleteExperiment } from "../../pipeline/verbs/delete-experiment.ts";
import { editExperiment } from "../../pipeline/verbs/edit.ts";
import { submit } from "../../pipeline/verbs/submit.ts";
import { userOf } from "../auth.ts";
import { experimentOf, findExperiment, findProject } from "../find.ts";
import type { Handlers } from "../handler.ts";
import { idempotencyKeyOf } from "../idempotency-key.ts";
import { bodyOf, queryOf } from "../input.ts";
import { requestIdOf } from "../request-id.ts";
import { showExperiment, showExperiments } from "../show-experiments.ts";

type Names =
  | "listExperiments"
  | "submitExperiment"
  | "getExperiment"
  | "editExperiment"
  | "deleteExperiment";

export function experimentRoutes(ports: Ports): Pick<Handlers, Names> {
  return {
    async listExperiments(request, response) {
      const query = queryOf(ExperimentQuery, request);
      const { limit, cursor, sort: order } = query;
      const filter = await filterOf(ports, query);
      const page = await ports.database.experiments.list(filter, { limit, cursor, order });
      response.json({
        items: await showExperiments(ports, page.items),
        nextCursor: page.nextCursor ?? null,
      });
    },

    async submitExperiment(request, response) {
      const { project, ...asked } = bodyOf(SubmitRequest, request);
      const experiment = await submit(ports, {
        ...asked,
        project: await findProject(ports, project),
        by: userOf(request),
        requestId: requestIdOf(response),
        ...idempotencyKeyOf(request),
      });
      response.status(201).location(`/api/v1/experiments/${experiment.id}`);
      response.json(await showExperiment(ports, experiment));
    },

    async getExperiment(request, response) {
      response.json(await showExperiment(ports, await experimentOf(ports, request)));
    },

    async editExperiment(request, response) {
      const change = bodyOf(EditRequest, request);
      const experiment = await experimentOf(ports, request);
      const edited = await editExperiment(ports, experiment, change);
      response.json(await showExperiment(ports, edited));
    },

    async deleteExperiment(request, response) {
      await deleteExperiment(ports, await experimentOf(ports, request));
      response.status(204).end();
    },
  };
}

async function filterOf(
  ports: Pick<Ports, "database">,
  query: ExperimentQuery,
): Promise<ExperimentFilter> {
  const { project, parent, archived } = query;
  return {
    projectId: project === undefined ? undefined : (await findProject(ports, project)).id,
    engine: query.engine,
    status: query.status,
    step: query.step,
    branch: query.branch,
    author: query.author,
    tag: query.tag,
    query: query.q,
    archived: archived === "all" ? "all" : archived === "true",
    createdAfter: query.createdAfter,
    createdBefore: query.createdBefore,
    conditions: query.where,
    parentId: parent === undefined ? undefined : (await findExperiment(ports, parent)).id,
  };
}
