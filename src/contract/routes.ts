import type { Route } from "./route.ts";
import { ACCESS_ROUTES } from "./routes/access.ts";
import { EXPERIMENT_ROUTES } from "./routes/experiments.ts";
import { NOTICE_ROUTES } from "./routes/notices.ts";
import { OPERATION_ROUTES } from "./routes/operations.ts";
import { PROJECT_ROUTES } from "./routes/projects.ts";

/** Every call of the HTTP API but the git remote below /git, which speaks git's own protocol. */
export const ROUTES = {
  ...EXPERIMENT_ROUTES,
  ...PROJECT_ROUTES,
  ...NOTICE_ROUTES,
  ...ACCESS_ROUTES,
  ...OPERATION_ROUTES,
} satisfies Record<string, Route>;

export type RouteName = keyof typeof ROUTES;
