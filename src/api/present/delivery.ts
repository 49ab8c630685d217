import type { DeliveryAnswer, WebhookAnswer } from "../../contract/delivery.ts";
import type { Delivery } from "../../core/delivery.ts";
import { time } from "./times.ts";

export function presentDelivery(delivery: Delivery): DeliveryAnswer {
  const { push } = delivery;
  return {
    id: delivery.id,
    forgeDeliveryId: delivery.forgeDeliveryId ?? null,
    event: delivery.event,
    source: delivery.source,
    receivedAt: time(delivery.receivedAt),
    push: push
      ? {
          ref: push.ref,
          before: push.before,
          after: push.after,
          forced: push.forced,
          pusher: push.pusher ?? null,
          commits: push.commits.map(({ id, message }) => ({ id, message })),
        }
      : null,
    decision: delivery.decision,
    reason: delivery.reason,
    experiments: delivery.experiments.map(({ id, number, commit, manifest }) => ({
      id,
      number,
      commit,
      manifest,
    })),
  };
}

/** What the forge is told. */
export function presentDecision(delivery: Delivery): WebhookAnswer {
  const { id, decision, reason, experiments } = presentDelivery(delivery);
  return { deliveryId: id, decision, reason, experiments };
}
