import type { Request, Response } from "express";

import { CancelRequest, ResubmitRequest } from "../../contract/experiment-requests.ts";
import type { Overrides } from "../../core/experiment.ts";
import type { Experiment } from "../../core/experiment.ts";
import type { Ports } from "../../core/ports.ts";
import { approve } from "../../pipeline/verbs/approve.ts";
import { archive } from "../../pipeline/verbs/archive.ts";
import { cancel } from "../../pipeline/verbs/cancel.ts";
import { resubmit } from "../../pipeline/verbs/resubmit.ts";
import { unarchive } from "../../pipeline/verbs/unarchive.ts";
import { userOf } from "../auth.ts";
import { experimentOf, findExperiment } from "../find.ts";
import type { Handlers } from "../handler.ts";
import { idempotencyKeyOf } from "../idempotency-key.ts";
import { bodyOf } from "../input.ts";
import { requestIdOf } from "../request-id.ts";
import { showExperiment } from "../show-experiments.ts";

type Names =
  | "cancelExperiment"
  | "resubmitExperiment"
  | "approveExperiment"
  | "archiveExperiment"
  | "unarchiveExperiment";

export function experimentVerbRoutes(ports: Ports): Pick<Handlers, Names> {
  /** Does it, and answers the experiment as it is then. */
  async function change(
    request: Request,
    response: Response,
    verb: (experiment: Experiment) => Promise<unknown>,
  ): Promise<void> {
    const experiment = await experimentOf(ports, request);
    await verb(experiment);
    response.json(await showExperiment(ports, await findExperiment(ports, experiment.id)));
  }

  return {
    async cancelExperiment(request, response) {
      const { kill } = bodyOf(CancelRequest, request);
      const outcome = await cancel(ports, await experimentOf(ports, request), { kill });
      const { changed, message } = outcome;
      response.status(changed ? 202 : 200);
      response.json({
        changed,
        message,
        experiment: await showExperiment(ports, outcome.experiment),
      });
    },

    async resubmitExperiment(request, response) {
      const asked = bodyOf(ResubmitRequest, request);
      const experiment = await resubmit(ports, await experimentOf(ports, request), {
        ...(asked.freshBuild !== undefined && { freshBuild: asked.freshBuild }),
        ...(asked.overrides !== undefined && { overrides: overridesOf(asked.overrides) }),
        by: userOf(request),
        requestId: requestIdOf(response),
        ...idempotencyKeyOf(request),
      });
      response.status(201).location(`/api/v1/experiments/${experiment.id}`);
      response.json(await showExperiment(ports, experiment));
    },

    approveExperiment: (request, response) =>
      change(request, response, (experiment) =>
        approve(ports, experiment, { by: userOf(request) }),
      ),
    archiveExperiment: (request, response) =>
      change(request, response, (experiment) => archive(ports, experiment)),
    unarchiveExperiment: (request, response) =>
      change(request, response, (experiment) => unarchive(ports, experiment)),
  };
}

function overridesOf({ timeout, ...rest }: NonNullable<ResubmitRequest["overrides"]>): Overrides {
  return { ...rest, ...(timeout !== undefined && { timeoutSeconds: timeout }) };
}
