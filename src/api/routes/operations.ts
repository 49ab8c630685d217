import { openApi } from "../../contract/openapi.ts";
import type { Ports } from "../../core/ports.ts";
import type { Handlers } from "../handler.ts";
import type { ApiOptions } from "../options.ts";
import { readFigures } from "../read-figures.ts";

type Names = "getOpenApi" | "getManifestSchema" | "isAlive" | "isReady" | "getMetrics";

export function operationRoutes(
  ports: Pick<Ports, "database" | "publicUrl" | "engines" | "metrics" | "closedBecause">,
  { version, manifestSchema, metrics }: Pick<ApiOptions, "version" | "manifestSchema" | "metrics">,
): Pick<Handlers, Names> {
  return {
    getOpenApi: (_request, response) =>
      void response.json(openApi({ url: ports.publicUrl, version })),
    getManifestSchema: (_request, response) =>
      void response.type("application/schema+json").send(JSON.stringify(manifestSchema)),
    isAlive: (_request, response) => void response.json({ status: "ok" }),

    async isReady(_request, response) {
      await ports.database.check();
      response.json({ status: "ok" });
    },

    async getMetrics(_request, response) {
      await readFigures(ports);
      response.set("Content-Type", metrics.contentType).send(await metrics.metrics());
    },
  };
}
