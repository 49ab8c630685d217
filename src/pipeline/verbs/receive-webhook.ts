import type { Delivery } from "../../core/delivery.ts";
import { BadRequestError, ForbiddenError } from "../../core/errors.ts";
import type { Push, ReceivedWebhook, WebhookRequest } from "../../core/forge.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project, ProjectStore } from "../../core/project.ts";
import type { Commit } from "../../core/repository.ts";
import { refFault } from "../../core/select-triggers.ts";
import { askRepository } from "./ask-repository.ts";
import { NO_COMMIT } from "./new-commits.ts";
import { tellDelivery } from "./tell-delivery.ts";
import { trigger } from "./trigger.ts";

type WebhookPorts = Pick<Ports, "database" | "receivers" | "log" | "metrics">;

export type WebhookAnswer =
  | { readonly kind: "ping" }
  | { readonly kind: "delivery"; readonly delivery: Delivery };

/** Pushes that arrive later than this are recorded, not started. */
const TOO_LATE_MS = 24 * 3600 * 1000;

/**
 * A forge's delivery. Nothing is written before its signature is judged: UnauthorizedError. What the payload cannot
 * decide alone is recorded as pending, with a job.
 */
export async function receiveWebhook(
  ports: WebhookPorts,
  project: Project,
  request: Pick<WebhookRequest, "header" | "body"> & { readonly requestId?: string | undefined },
): Promise<WebhookAnswer> {
  const receiver = ports.receivers.get(project.forge);
  if (receiver === undefined)
    throw new BadRequestError(
      project.forge === "builtin"
        ? `Project ${project.slug} has a git remote of its own: push to it, it takes no webhooks.`
        : `Webhooks of ${project.forge} are not available yet.`,
    );
  const secrets = await ports.database.projects.webhookSecrets(project.id);
  const received = await receiver.parse({ ...request, secrets });
  await requireOwnRepository(ports, project, received);
  if (received.kind === "ping") return { kind: "ping" };
  const deliveries: Delivery[] = [];
  for (const part of partsOf(received))
    deliveries.push(
      tellDelivery(ports, await record(ports, project, received, part), request.requestId),
    );
  return { kind: "delivery", delivery: asOne(deliveries) };
}

interface Part {
  readonly push: Push | undefined;
  readonly forgeDeliveryId: string | undefined;
}

/** Some forges tell of several refs at once: each is a delivery of its own. */
function partsOf({
  deliveryId,
  ...received
}: Exclude<ReceivedWebhook, { kind: "ping" }>): readonly Part[] {
  const pushes = received.kind === "push" ? received.pushes : [];
  if (pushes.length <= 1) return [{ push: pushes[0], forgeDeliveryId: deliveryId }];
  return pushes.map((push) => ({
    push,
    forgeDeliveryId: deliveryId && `${deliveryId} ${push.ref}`,
  }));
}

const STRONGEST_FIRST = ["started", "pending", "duplicate", "nothing"] as const;

/** The answer to them all: the first one, with what became of the others. */
function asOne(deliveries: readonly Delivery[]): Delivery {
  const [first, ...others] = deliveries;
  if (first === undefined) throw new Error("a webhook call without a delivery");
  if (others.length === 0) return first;
  const decisions = new Set(deliveries.map(({ decision }) => decision));
  return {
    ...first,
    decision: STRONGEST_FIRST.find((each) => decisions.has(each)) ?? first.decision,
    reason: deliveries.map(({ push, reason }) => `${push?.ref ?? "?"}: ${reason}`).join("\n"),
    experiments: deliveries.flatMap(({ experiments }) => experiments),
  };
}

/** A signature of one project's secret says nothing of another's repository (CVE-2025-27616). */
async function requireOwnRepository(
  { database }: WebhookPorts,
  project: Project,
  received: ReceivedWebhook,
): Promise<void> {
  const id =
    received.kind === "push"
      ? received.pushes[0]?.repositoryId
      : received.kind === "ping"
        ? received.repositoryId
        : undefined;
  if (id === undefined) return;
  const pinned = await database.projects.pinForgeRepository(project.id, id);
  if (pinned !== id)
    throw new ForbiddenError(
      `This delivery is of repository ${id}, but project ${project.slug} is repository ${pinned}. Correct the webhook's address.`,
    );
}

async function record(
  { database }: WebhookPorts,
  project: Project,
  received: Exclude<ReceivedWebhook, { kind: "ping" }>,
  { push, forgeDeliveryId }: Part,
): Promise<Delivery> {
  const { event } = received;
  const made = await database.transaction(async (stores) => {
    const delivery = await stores.deliveries.create({
      projectId: project.id,
      forgeDeliveryId,
      event,
      source: "webhook",
      push,
    });
    if (delivery === undefined) return undefined;
    const refused =
      push === undefined ? { reason: reasonOf(received) } : refusal(push, delivery, project);
    if (refused !== undefined) {
      const { reason, seen = [] } = refused;
      const verdict = { decision: "nothing", reason, experiments: [] } as const;
      await stores.deliveries.decide(delivery.id, verdict);
      await stores.projects.markSeen(project.id, seen);
      return { ...delivery, ...verdict };
    }
    const commits = push && (await newByPayload(stores.projects, project, push));
    if (push !== undefined && commits !== undefined)
      return trigger(stores, { project, delivery, push, commits });
    const reason = "The payload does not tell all commits: the repository is asked.";
    return askRepository(stores, delivery, reason);
  });
  if (made !== undefined) return made;
  const first =
    forgeDeliveryId && (await database.deliveries.findByForgeId(project.id, forgeDeliveryId));
  if (!first) throw new Error(`the first answer to delivery ${forgeDeliveryId ?? "?"} is gone`);
  return first;
}

const reasonOf = (received: ReceivedWebhook): string =>
  received.kind === "ignored" ? received.reason : "The push names no ref.";

/** Why a push starts nothing whatever its commits say, and what of it counts as seen all the same. */
function refusal(
  { ref, before, after, pushedAt }: Push,
  { receivedAt }: Pick<Delivery, "receivedAt">,
  { settings }: Project,
):
  | { readonly reason: string; readonly seen?: Parameters<ProjectStore["markSeen"]>[1] }
  | undefined {
  if (after === NO_COMMIT)
    return { reason: "The ref was deleted.", seen: [{ ref, commit: undefined }] };
  if (before === after)
    return { reason: "The push changes nothing: before and after are the same commit." };
  const fault = refFault(ref, settings);
  if (fault !== undefined) return { reason: fault };
  const late = pushedAt === undefined ? 0 : receivedAt.getTime() - Date.parse(pushedAt);
  if (late <= TOO_LATE_MS) return undefined;
  return {
    reason: `It was pushed at ${pushedAt}, more than 24 h before it arrived here; submit it if you still want it.`,
    // Else the next push would start its commits; and what came in between stays seen.
    seen: [{ ref, commit: after, forced: true }],
  };
}

/**
 * The commits that are new, where the payload alone can be trusted to tell: none lead to a commit that was seen, and a
 * plain push onto a base that was seen tells its own.
 */
async function newByPayload(
  projects: Pick<ProjectStore, "seenCommits">,
  project: Project,
  push: Push,
): Promise<readonly Commit[] | undefined> {
  const seen = await projects.seenCommits(project.id);
  if (seen.includes(push.after)) return [];
  if (!push.complete || push.forced || push.before === NO_COMMIT) return undefined;
  if (push.commits.at(-1)?.id !== push.after) return undefined;
  return seen.length === 0 || seen.includes(push.before) ? push.commits : undefined;
}
