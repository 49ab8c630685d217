import { BadRequestError } from "../../core/errors.ts";
import type { Push, ReceivedWebhook, WebhookReceiver, WebhookRequest } from "../../core/forge.ts";
import { requireSignature } from "../believe.ts";
import { ignoredEvent, read, readJson } from "../json-body.ts";
import { type PushPayload, pushPayload } from "./payloads.ts";

/** Deliveries of Gitea and Forgejo: the signature is the digest alone, without the name of its kind before it. */
export class GiteaReceiver implements WebhookReceiver {
  async parse({ header, body, secrets }: WebhookRequest): Promise<ReceivedWebhook> {
    const signature = header("x-forgejo-signature") ?? header("x-gitea-signature");
    requireSignature(body, signature, secrets);
    const event = header("x-forgejo-event") ?? header("x-gitea-event") ?? "";
    const deliveryId = header("x-forgejo-delivery") ?? header("x-gitea-delivery");
    const payload = readJson(body);
    switch (event) {
      case "push": {
        const push = read(pushPayload.safeParse(payload), event, "Gitea");
        return { kind: "push", event, deliveryId, pushes: [toPush(push)] };
      }
      case "":
        throw new BadRequestError(
          "The delivery names no event: the header X-Gitea-Event is missing.",
        );
      default:
        return { kind: "ignored", deliveryId, ...ignoredEvent(event) };
    }
  }
}

function toPush({ ref, before, after, commits, pusher, repository }: PushPayload): Push {
  return {
    ref,
    before,
    after,
    forced: false,
    // The newest comes first there.
    commits: (commits ?? []).toReversed().map(({ id, message, timestamp, author }) => ({
      id,
      message,
      author: { name: author.name ?? "", email: author.email ?? "" },
      committedAt: timestamp,
    })),
    // It tells a few, and not whether the push was forced: the repository knows both.
    complete: false,
    pushedAt: undefined,
    pusher: pusher?.login ?? pusher?.username ?? undefined,
    repositoryId: String(repository.id),
  };
}
