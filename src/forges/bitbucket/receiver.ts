import { BadRequestError } from "../../core/errors.ts";
import type { Push, ReceivedWebhook, WebhookReceiver, WebhookRequest } from "../../core/forge.ts";
import type { Commit } from "../../core/repository.ts";
import { requireSignature } from "../believe.ts";
import { ignoredEvent, read, readJson } from "../json-body.ts";
import { type CloudChange, cloudPush, serverPush } from "./payloads.ts";

const NO_COMMIT = "0".repeat(40);

/** Deliveries of Bitbucket Cloud and of Data Center, which differ in all but the signature. One may tell of several refs. */
export class BitbucketReceiver implements WebhookReceiver {
  async parse({ header, body, secrets }: WebhookRequest): Promise<ReceivedWebhook> {
    // X-Hub-Signature is SHA-256 here, whatever it is elsewhere.
    const signature = header("x-hub-signature")?.replace(/^sha256=/, "");
    requireSignature(body, signature, secrets);
    const event = header("x-event-key") ?? "";
    const deliveryId = header("x-request-uuid") ?? header("x-request-id");
    const payload = readJson(body);
    switch (event) {
      case "repo:push":
        return { kind: "push", event, deliveryId, pushes: cloudPushes(payload, event) };
      case "repo:refs_changed":
        return { kind: "push", event, deliveryId, pushes: serverPushes(payload, event) };
      case "diagnostics:ping":
        return { kind: "ping", event, deliveryId, repositoryId: undefined };
      case "":
        throw new BadRequestError(
          "The delivery names no event: the header X-Event-Key is missing.",
        );
      default:
        return { kind: "ignored", deliveryId, ...ignoredEvent(event) };
    }
  }
}

function cloudPushes(payload: unknown, event: string): readonly Push[] {
  const { push, repository, actor } = read(cloudPush.safeParse(payload), event, "Bitbucket");
  return push.changes.flatMap((change) => {
    const ref = refOf(change);
    if (ref === undefined) return [];
    const after = change.new?.target.hash ?? NO_COMMIT;
    const commits = commitsOf(change);
    return [
      {
        ref,
        before: change.old?.target.hash ?? NO_COMMIT,
        after,
        forced: change.forced,
        commits,
        complete: !change.truncated && commits.at(-1)?.id === after,
        pushedAt: undefined,
        pusher: actor?.nickname ?? actor?.display_name ?? undefined,
        repositoryId: repository.uuid,
      },
    ];
  });
}

function refOf({ new: to, old: from }: CloudChange): string | undefined {
  const side = to ?? from;
  if (side === null || side === undefined) return undefined;
  return `${side.type.includes("tag") ? "refs/tags/" : "refs/heads/"}${side.name}`;
}

/** The newest comes first there. */
const commitsOf = ({ commits }: CloudChange): readonly Commit[] =>
  (commits ?? []).toReversed().map(({ hash, message, date, author }) => {
    const [, name = "", email = ""] =
      /^([^<]*?)\s*(?:<([^>]*)>)?\s*$/.exec((author?.raw ?? "").slice(0, 300)) ?? [];
    return { id: hash, message, author: { name, email }, committedAt: date };
  });

/** It tells no commits, and not whether the push was forced: the repository knows both. */
function serverPushes(payload: unknown, event: string): readonly Push[] {
  const { changes, repository, actor, date } = read(
    serverPush.safeParse(payload),
    event,
    "Bitbucket",
  );
  const pushedAt = date === null || date === undefined ? Number.NaN : Date.parse(date);
  return changes.map(({ refId, fromHash, toHash }) => ({
    ref: refId,
    before: fromHash,
    after: toHash,
    forced: false,
    commits: [],
    complete: false,
    pushedAt: Number.isNaN(pushedAt) ? undefined : new Date(pushedAt).toISOString(),
    pusher: actor?.name ?? undefined,
    repositoryId: String(repository.id),
  }));
}
