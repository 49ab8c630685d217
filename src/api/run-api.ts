import type { Express } from "express";

import type { Ports } from "../core/ports.ts";
import { createApp, projectAndNumber } from "./app.ts";
import { authenticate } from "./auth.ts";
import { toProblem } from "./errors.ts";
import { mount, mountNothing } from "./mount.ts";
import { fieldRoutes } from "./routes/fields.ts";
import { metricRoutes } from "./routes/metrics.ts";

/** What containers reach where the server itself listens on loopback only: the calls of a run, and nothing else. */
export function createRunApi(ports: Ports): Express {
  const app = createApp();
  app.use(authenticate(ports, undefined), projectAndNumber);
  mount(app, { ...fieldRoutes(ports), ...metricRoutes(ports) }, ["run"]);
  mountNothing(app);
  return app.use(toProblem(ports));
}
