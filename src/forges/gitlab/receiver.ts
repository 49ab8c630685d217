import { BadRequestError } from "../../core/errors.ts";
import type { Push, ReceivedWebhook, WebhookReceiver, WebhookRequest } from "../../core/forge.ts";
import { requireSecret } from "../believe.ts";
import { ignoredEvent, read, readJson } from "../json-body.ts";
import { type PushPayload, pushPayload } from "./payloads.ts";

/** Deliveries of GitLab. They are not signed: each brings the secret itself. */
export class GitLabReceiver implements WebhookReceiver {
  async parse({ header, body, secrets }: WebhookRequest): Promise<ReceivedWebhook> {
    requireSecret(header("x-gitlab-token"), secrets);
    const event = header("x-gitlab-event") ?? "";
    // The same at every try; older versions send none, and a repeated push is known by its commit.
    const deliveryId = header("idempotency-key");
    const payload = readJson(body);
    switch (event) {
      case "Push Hook":
      case "Tag Push Hook": {
        const push = read(pushPayload.safeParse(payload), event, "GitLab");
        return { kind: "push", event: push.object_kind, deliveryId, pushes: [toPush(push)] };
      }
      case "":
        throw new BadRequestError(
          "The delivery names no event: the header X-Gitlab-Event is missing.",
        );
      default:
        return { kind: "ignored", deliveryId, ...ignoredEvent(event) };
    }
  }
}

function toPush(payload: PushPayload): Push {
  const { ref, before, after, commits } = payload;
  return {
    ref,
    before,
    after,
    forced: false,
    commits: (commits ?? []).map(({ id, message, timestamp, author }) => ({
      id,
      message,
      author: { name: author.name ?? "", email: author.email ?? "" },
      committedAt: timestamp,
    })),
    // It tells twenty at most, and not whether the push was forced: the repository knows both.
    complete: false,
    pushedAt: undefined,
    pusher: payload.user_username ?? undefined,
    repositoryId: String(payload.project.id),
  };
}
