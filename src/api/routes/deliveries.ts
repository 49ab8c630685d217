import { PageQuery } from "../../contract/page.ts";
import { NotFoundError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";
import { isUuid, projectOf } from "../find.ts";
import type { Handlers } from "../handler.ts";
import { parameter, queryOf } from "../input.ts";
import { presentDelivery } from "../present/delivery.ts";
import type { RefusedDeliveries } from "../refused-deliveries.ts";

export function deliveryRoutes(
  ports: Pick<Ports, "database">,
  refused: RefusedDeliveries,
): Pick<Handlers, "listDeliveries" | "listRefusedDeliveries" | "getDelivery"> {
  return {
    async listDeliveries(request, response) {
      const page = queryOf(PageQuery, request);
      const { id } = await projectOf(ports, request);
      const { items, nextCursor } = await ports.database.deliveries.list(id, page);
      response.json({ items: items.map(presentDelivery), nextCursor: nextCursor ?? null });
    },

    async listRefusedDeliveries(request, response) {
      const { id } = await projectOf(ports, request);
      response.json({ items: refused.of(id) });
    },

    async getDelivery(request, response) {
      const project = await projectOf(ports, request);
      const id = parameter(request, "delivery");
      const delivery = isUuid(id) ? await ports.database.deliveries.find(id) : undefined;
      if (delivery?.projectId !== project.id)
        throw new NotFoundError(`Project ${project.slug} has no delivery "${id}".`);
      response.json(presentDelivery(delivery));
    },
  };
}
