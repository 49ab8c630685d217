import express, { type Express, type RequestHandler } from "express";

import { ROUTES } from "../contract/routes.ts";
import type { Ports } from "../core/ports.ts";
import { authenticate, refuseRuns } from "./auth.ts";
import { serveDashboard } from "./dashboard.ts";
import { toProblem } from "./errors.ts";
import type { Handlers } from "./handler.ts";
import { mount, mountNothing } from "./mount.ts";
import type { ApiOptions } from "./options.ts";
import { RefusedDeliveries } from "./refused-deliveries.ts";
import { tellRequestId } from "./request-id.ts";
import { timeRequests } from "./request-times.ts";
import { badgeRoutes } from "./routes/badges.ts";
import { changeRoutes } from "./routes/changes.ts";
import { deliveryRoutes } from "./routes/deliveries.ts";
import { engineRoutes } from "./routes/engines.ts";
import { experimentVerbRoutes } from "./routes/experiment-verbs.ts";
import { experimentRoutes } from "./routes/experiments.ts";
import { fieldRoutes } from "./routes/fields.ts";
import { logRoutes } from "./routes/logs.ts";
import { manifestRoutes } from "./routes/manifests.ts";
import { metricRoutes } from "./routes/metrics.ts";
import { noticeRoutes } from "./routes/notices.ts";
import { objectRoutes } from "./routes/objects.ts";
import { operationRoutes } from "./routes/operations.ts";
import { projectPartRoutes } from "./routes/project-parts.ts";
import { projectRoutes } from "./routes/projects.ts";
import { queueRoutes } from "./routes/queue.ts";
import { retentionRoutes } from "./routes/retention.ts";
import { runRoutes } from "./routes/runs.ts";
import { secretRoutes } from "./routes/secrets.ts";
import { sessionRoutes } from "./routes/session.ts";
import { sourceChangeRoutes } from "./routes/source-changes.ts";
import { tokenRoutes } from "./routes/tokens.ts";
import { userRoutes } from "./routes/users.ts";
import { refuseOtherMethods, webhookRoutes } from "./routes/webhooks.ts";
import { securityHeaders } from "./security-headers.ts";
import { SessionCookies } from "./session-cookie.ts";

/** The HTTP API. What is public comes first; behind `authenticate` nobody passes unknown. */
export function createApi(ports: Ports, options: ApiOptions): Express {
  const cookies = new SessionCookies(options.sessionKey);
  const refused = new RefusedDeliveries();
  const handlers: Handlers = {
    ...webhookRoutes(ports, refused),
    ...experimentRoutes(ports),
    ...experimentVerbRoutes(ports),
    ...fieldRoutes(ports),
    ...sourceChangeRoutes(ports),
    ...logRoutes(ports, options.stopping),
    ...changeRoutes(ports, options.stopping),
    ...runRoutes(ports),
    ...metricRoutes(ports),
    ...projectRoutes(ports),
    ...secretRoutes(ports),
    ...projectPartRoutes(ports),
    ...deliveryRoutes(ports, refused),
    ...noticeRoutes(ports),
    ...objectRoutes(ports),
    ...manifestRoutes(ports),
    ...sessionRoutes(ports, cookies),
    ...tokenRoutes(ports),
    ...userRoutes(ports),
    ...engineRoutes(ports),
    ...queueRoutes(ports),
    ...retentionRoutes(ports),
    ...badgeRoutes(ports),
    ...operationRoutes(ports, options),
  };

  const app = createApp().use(tellRequestId, timeRequests(ports));
  serveDashboard(app, options.dashboardFolder);
  app.all("/git/{*path}", (request, response) => options.gitRemote(request, response));
  mount(app, handlers, ["public"]);
  app.all(ROUTES.receiveWebhook.path, refuseOtherMethods);

  app.use(authenticate(ports, cookies), projectAndNumber);
  mount(app, handlers, ["run"]);
  app.use(refuseRuns);
  mount(app, handlers, ["user", "administrator"]);
  mountNothing(app);
  return app.use(toProblem(ports));
}

/** An app that says nothing about itself, and whose paths are what they are. */
export function createApp(): Express {
  const app = express().enable("case sensitive routing").disable("x-powered-by").disable("etag");
  return app.use(securityHeaders);
}

/** `…/experiments/digits/12` names the same experiment as `…/experiments/digits%2312`. */
export const projectAndNumber: RequestHandler = (request, _response, next) => {
  request.url = request.url.replace(
    /^(\/api\/v1\/experiments\/[^/?]+)\/(\d+)(?=[/?]|$)/,
    "$1%23$2",
  );
  next();
};
