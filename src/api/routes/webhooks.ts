import type { Request, RequestHandler, Response } from "express";

import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import { receiveWebhook } from "../../pipeline/verbs/receive-webhook.ts";
import { HttpError, problemOf } from "../errors.ts";
import { projectOf } from "../find.ts";
import type { Handlers } from "../handler.ts";
import { presentDecision } from "../present/delivery.ts";
import type { RefusedDeliveries } from "../refused-deliveries.ts";
import { requestIdOf } from "../request-id.ts";
import { WebhookBodies } from "../webhook-bodies.ts";

export function webhookRoutes(
  ports: Ports,
  refused: RefusedDeliveries,
): Pick<Handlers, "receiveWebhook"> {
  const bodies = new WebhookBodies();
  return {
    async receiveWebhook(request, response) {
      endSlowly(request, response);
      const project = await projectOf(ports, request);
      try {
        await receive(ports, project, bodies, request, response);
      } catch (error) {
        const { status, detail } = problemOf(error);
        const at = new Date().toISOString();
        const address = request.socket.remoteAddress ?? null;
        if (status < 500) refused.add(project.id, { at, status, reason: detail, address });
        throw error;
      }
    },
  };
}

/** A forge that was set up to call in another way is told what to change. */
export const refuseOtherMethods: RequestHandler = (request) => {
  const detail = `A delivery comes by POST, not ${request.method}. Set the webhook's method to POST and its content type to application/json.`;
  throw new HttpError(405, detail, { Allow: "POST" });
};

async function receive(
  ports: Ports,
  project: Project,
  bodies: WebhookBodies,
  request: Request,
  response: Response,
): Promise<void> {
  demandPlainJson(request);
  const header = (name: string): string | undefined => request.get(name);
  const answer = await bodies.read(request, (body) =>
    receiveWebhook(ports, project, { header, body, requestId: requestIdOf(response) }),
  );
  if (answer.kind === "ping")
    response.json({ message: `Project ${project.slug} hears this webhook.` });
  else response.status(202).json(presentDecision(answer.delivery));
}

function demandPlainJson(request: Request): void {
  if (!request.is("application/json"))
    throw new HttpError(
      415,
      "A delivery is JSON. Set the webhook's content type to application/json in the forge.",
    );
  if ((request.get("content-encoding") ?? "identity") !== "identity")
    throw new HttpError(415, "A delivery is taken as it is, not compressed.");
}

/** An answer that comes before the whole body: what still arrives is dropped, for some seconds. */
function endSlowly(request: Request, response: Response): void {
  response.once("finish", () => {
    if (request.complete) return;
    request.resume();
    const timer = setTimeout(() => request.destroy(), 10_000).unref();
    request.once("close", () => clearTimeout(timer));
  });
}
