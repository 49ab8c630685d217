import type { Stores } from "../../core/database.ts";
import type { Delivery } from "../../core/delivery.ts";

/** Leaves a delivery to its repository: a job fetches what is new, and decides. */
export async function askRepository(
  { deliveries, queue, events }: Stores,
  delivery: Delivery,
  reason: string,
): Promise<Delivery> {
  await queue.push("delivery", delivery.id);
  await deliveries.decide(delivery.id, { decision: "pending", reason, experiments: [] });
  await events.publish({ kind: "work" });
  return { ...delivery, decision: "pending", reason };
}
