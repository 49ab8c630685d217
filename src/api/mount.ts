import express, { type Express, type RequestHandler } from "express";

import type { Route } from "../contract/route.ts";
import { ROUTES, type RouteName } from "../contract/routes.ts";
import { NotFoundError } from "../core/errors.ts";
import { refuseAllButAdministrators } from "./auth.ts";
import { HttpError } from "./errors.ts";
import type { Handler } from "./handler.ts";
import { jsonBody } from "./json-body.ts";

/** Puts the contract's routes of these kinds of access into the app, each with its handler. */
export function mount(
  app: Express,
  handlers: Readonly<Partial<Record<RouteName, Handler>>>,
  access: readonly Route["access"][],
): void {
  for (const [name, route] of Object.entries<Route>(ROUTES)) {
    const handler = isRouteName(name) ? handlers[name] : undefined;
    if (handler === undefined || !access.includes(route.access)) continue;
    const guards = route.access === "administrator" ? [refuseAllButAdministrators] : [];
    app[route.method](route.path, ...guards, ...bodyReaders(route), async (request, response) => {
      await handler(request, response);
    });
  }
}

/** For what no route answered: another method of a path that is there, or nothing at all. */
export function mountNothing(app: Express): void {
  const paths = Map.groupBy(Object.values<Route>(ROUTES), ({ path }) => path);
  for (const [path, routes] of paths) {
    const allow = routes.map(({ method }) => method.toUpperCase()).join(", ");
    app.all(path, (request) => {
      const detail = `${request.method} is not possible here, only ${allow}.`;
      throw new HttpError(405, detail, { Allow: allow });
    });
  }
  app.use((request) => {
    throw new NotFoundError(`There is nothing at ${request.path}.`);
  });
}

/** A verb without a body of its own takes none, or an empty one: it still has to be JSON. */
function bodyReaders({ method, body }: Route): readonly RequestHandler[] {
  // Whatever it is called: curl says that a file is a form.
  if (body === "text/yaml") return [express.text({ type: () => true, limit: "1mb" })];
  return method === "get" || typeof body === "string" ? [] : jsonBody;
}

function isRouteName(name: string): name is RouteName {
  return name in ROUTES;
}
