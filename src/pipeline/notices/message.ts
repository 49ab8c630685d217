import { createHmac } from "node:crypto";

import type { Experiment } from "../../core/experiment.ts";
import { statusOf } from "../../core/lifecycle.ts";
import type { OwedNotice } from "../../core/notice.ts";
import type { OutwardRequest } from "../../core/outward.ts";

type Event = Exclude<OwedNotice["event"], "status">;
type Told = Pick<OwedNotice, "id"> & { readonly event: Event };

const TYPES: Record<Event, string> = {
  finished: "experiment.finished",
  approval: "experiment.waiting_for_approval",
};

/**
 * What a webhook is sent, signed as Standard Webhooks says: HMAC-SHA256 of `id.timestamp.body` under the secret's bytes.
 * The id is the same at every try: whoever has seen it has seen the notice.
 */
export function webhookRequest(
  { id, event }: Told,
  experiment: Experiment,
  { url, secret, publicUrl, now }: Addressed & { readonly secret: string; readonly now: Date },
): OutwardRequest {
  const body = JSON.stringify({
    type: TYPES[event],
    timestamp: now.toISOString(),
    data: { experiment: shown(experiment, publicUrl) },
  });
  const seconds = Math.floor(now.getTime() / 1000);
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64");
  return {
    method: "POST",
    url,
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(seconds),
      "webhook-signature": `v1,${signature}`,
    },
    body,
  };
}

/** A line that Slack, and what takes its messages, shows. */
export function slackRequest(
  { event }: Pick<Told, "event">,
  experiment: Experiment,
  { url, publicUrl }: Addressed,
): OutwardRequest {
  const { projectSlug, number, name, id, exception } = experiment;
  const address = `${publicUrl}/experiments/${id}`;
  const title = `<${address}|${escaped(`${projectSlug}#${number}`)}> *${escaped(name)}*`;
  const reason = exception === undefined ? "" : `\n>${escaped(exception.message.slice(0, 500))}`;
  const body = JSON.stringify({ text: `${title} ${verb(event, experiment)}${reason}` });
  return { method: "POST", url, headers: { "content-type": "application/json" }, body };
}

interface Addressed {
  readonly url: string;
  readonly publicUrl: string;
}

function verb(event: Event, { step, stepStatus }: Experiment): string {
  if (event === "approval") return "waits for approval";
  const status = statusOf(step, stepStatus);
  if (status === "Failed") return `failed at ${step}`;
  return status === "Cancelled" ? `was cancelled at ${step}` : "has succeeded";
}

/** The three characters that Slack reads as its own. */
const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** As it is when it is sent; the words are those of the API. */
function shown(experiment: Experiment, publicUrl: string): object {
  const { id, number, name, projectId, projectSlug, step, stepStatus, source, exception } =
    experiment;
  return {
    id,
    number,
    name,
    url: `${publicUrl}/experiments/${id}`,
    project: { id: projectId, slug: projectSlug },
    status: statusOf(step, stepStatus),
    step,
    note: experiment.note ?? null,
    exception: exception ? { kind: exception.kind, message: exception.message } : null,
    tags: experiment.tags,
    manifest: experiment.manifestPath ?? experiment.manifestSelector ?? null,
    source: {
      commit: source.commit ?? null,
      branch: source.branch ?? null,
      message: source.message,
      author: source.author ?? null,
    },
    createdAt: experiment.createdAt,
    startedAt: experiment.startedAt ?? null,
    finishedAt: experiment.finishedAt ?? null,
  };
}
