import { z } from "zod";

import { Time } from "./json.ts";
import { pageOf } from "./page.ts";

const Started = z.object({
  id: z.uuid(),
  number: z.number().int(),
  commit: z.string(),
  manifest: z.string(),
});
const DecisionAnswer = z.enum(["started", "nothing", "duplicate", "pending"]);

/** What a forge is told about its delivery. */
export const WebhookAnswer = z.object({
  deliveryId: z.uuid(),
  decision: DecisionAnswer,
  reason: z.string(),
  experiments: z.array(Started),
});
export type WebhookAnswer = z.infer<typeof WebhookAnswer>;

export const DeliveryAnswer = z.object({
  id: z.uuid(),
  forgeDeliveryId: z.string().nullable(),
  event: z.string(),
  source: z.enum(["webhook", "git", "poll"]),
  receivedAt: Time,
  push: z
    .object({
      ref: z.string(),
      before: z.string(),
      after: z.string(),
      forced: z.boolean(),
      pusher: z.string().nullable(),
      commits: z.array(z.object({ id: z.string(), message: z.string() })),
    })
    .nullable(),
  decision: DecisionAnswer,
  reason: z.string(),
  experiments: z.array(Started),
});
export type DeliveryAnswer = z.infer<typeof DeliveryAnswer>;

export const DeliveryPage = pageOf(DeliveryAnswer);

/** Deliveries that were refused are not stored: the server that refused them knows the last ones. */
export const RefusedDeliveryAnswer = z.object({
  at: Time,
  status: z.number().int(),
  reason: z.string(),
  address: z.string().nullable(),
});
export type RefusedDeliveryAnswer = z.infer<typeof RefusedDeliveryAnswer>;

export const RefusedDeliveries = z.object({ items: z.array(RefusedDeliveryAnswer) });
