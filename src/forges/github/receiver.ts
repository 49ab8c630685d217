import { Webhooks } from "@octokit/webhooks";

import { BadRequestError, UnauthorizedError } from "../../core/errors.ts";
import type { Push, ReceivedWebhook, WebhookReceiver, WebhookRequest } from "../../core/forge.ts";
import { pingPayload, type PushPayload, pushPayload } from "./payloads.ts";

/** The payload tells at most so many commits of a push. */
const MOST_COMMITS = 2048;

/**
 * Deliveries of GitHub. Only `verify` of @octokit/webhooks is used, on the raw body: its middleware answers forged
 * requests with 202 behind a body parser, and has no size limit.
 */
export class GitHubReceiver implements WebhookReceiver {
  async parse({ header, body, secrets }: WebhookRequest): Promise<ReceivedWebhook> {
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(body);
    await requireSignature(text, header("x-hub-signature-256"), secrets);
    const event = header("x-github-event") ?? "";
    const deliveryId = header("x-github-delivery");
    const payload = readJson(text);
    switch (event) {
      case "push": {
        const push = read(pushPayload.safeParse(payload), event);
        return { kind: "push", event, deliveryId, pushes: [toPush(push)] };
      }
      case "ping": {
        const { repository } = read(pingPayload.safeParse(payload), event);
        return {
          kind: "ping",
          event,
          deliveryId,
          repositoryId: repository && String(repository.id),
        };
      }
      case "":
        throw new BadRequestError(
          "The delivery names no event: the header X-GitHub-Event is missing.",
        );
      default: {
        const name = event.slice(0, 60);
        return {
          kind: "ignored",
          event: name,
          deliveryId,
          reason: `Events of kind ${name} start nothing; only push does. Select just the push event in the webhook's settings.`,
        };
      }
    }
  }
}

/** Every secret is asked: a rotated one is still good for a day. */
async function requireSignature(
  text: string,
  signature: string | undefined,
  secrets: readonly string[],
): Promise<void> {
  if (signature === undefined)
    throw new UnauthorizedError(
      "The delivery is not signed: set the project's webhook secret in the webhook's settings.",
    );
  for (const secret of secrets) {
    const webhooks = new Webhooks({ secret });
    if (/^sha256=[0-9a-f]{64}$/.test(signature) && (await webhooks.verify(text, signature))) return;
  }
  throw new UnauthorizedError(
    "The delivery's signature is wrong: its webhook has another secret than the project.",
  );
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    throw new BadRequestError(
      "The delivery is no JSON: set the webhook's content type to application/json.",
    );
  }
}

function read<T>(parsed: { success: true; data: T } | { success: false }, event: string): T {
  if (parsed.success) return parsed.data;
  throw new BadRequestError(`The delivery is no ${event} event as GitHub sends it.`);
}

function toPush(payload: PushPayload): Push {
  const commits = payload.commits
    .filter(({ distinct }) => distinct)
    .map((commit) => ({
      id: commit.id,
      message: commit.message,
      author: { name: commit.author.name ?? "", email: commit.author.email ?? "" },
      committedAt: commit.timestamp,
    }));
  return {
    ref: payload.ref,
    before: payload.before,
    after: payload.after,
    forced: payload.forced,
    commits,
    complete: payload.commits.length < MOST_COMMITS && payload.commits.at(-1)?.id === payload.after,
    pushedAt: pushedAt(payload.repository.pushed_at),
    pusher: payload.pusher?.name ?? undefined,
    repositoryId: String(payload.repository.id),
  };
}

/** Seconds since the epoch in push events, a date elsewhere. */
function pushedAt(value: number | string | null | undefined): string | undefined {
  if (value === null || value === undefined) return undefined;
  const date = new Date(typeof value === "number" ? value * 1000 : value);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
