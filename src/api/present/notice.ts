import type {
  DestinationAnswer,
  ForgeCredentialAnswer,
  NoticeAnswer,
} from "../../contract/notice.ts";
import type { Destination, Notice } from "../../core/notice.ts";
import { time } from "./times.ts";

export function presentCredential(destination: Destination): ForgeCredentialAnswer {
  const { address, createdBy, createdAt, trouble, pausedUntil } = destination;
  return {
    address,
    createdBy: createdBy ?? null,
    createdAt: time(createdAt),
    trouble: trouble ?? null,
    pausedUntil: pausedUntil === undefined ? null : time(pausedUntil),
  };
}

/** A forge is shown as the project's credential, and not here. */
export function presentDestination(destination: Destination): DestinationAnswer[] {
  const { id, kind, events } = destination;
  if (kind === "forge") return [];
  return [{ id, kind, events: [...events], ...presentCredential(destination) }];
}

export const presentNotice = (notice: Notice): NoticeAnswer => ({
  id: notice.id,
  destinationId: notice.destinationId,
  kind: notice.kind,
  address: notice.address,
  experiment: { id: notice.experimentId, number: notice.experimentNumber },
  event: notice.event,
  state: notice.state,
  tries: notice.tries,
  reason: notice.reason ?? null,
  owedAt: time(notice.owedAt),
  settledAt: notice.settledAt === undefined ? null : time(notice.settledAt),
});
