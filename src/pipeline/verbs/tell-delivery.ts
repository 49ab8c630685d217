import type { Delivery } from "../../core/delivery.ts";
import type { Ports } from "../../core/ports.ts";

/** The answer to a delivery, once it is written: the line of the log where everything that it caused begins. */
export function tellDelivery(
  { log, metrics }: Pick<Ports, "log" | "metrics">,
  delivery: Delivery,
  requestId?: string,
): Delivery {
  const { id: deliveryId, projectId, forgeDeliveryId, source, decision, experiments } = delivery;
  metrics.count("assay_deliveries_total", { source, decision });
  const experimentIds = experiments.map(({ id }) => id);
  log.info(
    { deliveryId, requestId, projectId, forgeDeliveryId, source, decision, experimentIds },
    "a delivery was answered",
  );
  return delivery;
}
