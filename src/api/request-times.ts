import type { RequestHandler } from "express";

import type { Ports } from "../core/ports.ts";

/** Times each request by the route that answered it: paths themselves are as many as experiments. */
export function timeRequests({ metrics }: Pick<Ports, "metrics">): RequestHandler {
  return (request, response, next) => {
    const began = performance.now();
    response.once("close", () => {
      // What no route answered has none.
      const route: unknown = request.route?.path;
      metrics.observe("assay_http_request_seconds", (performance.now() - began) / 1000, {
        method: request.method,
        route: typeof route === "string" ? route : "none",
        status: String(response.statusCode),
      });
    });
    next();
  };
}
