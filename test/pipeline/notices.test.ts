import { createHmac } from "node:crypto";

import { expect, test } from "@jest/globals";

import type { Experiment } from "../../src/core/experiment.ts";
import { commitStatus } from "../../src/pipeline/notices/commit-status.ts";
import { slackRequest, webhookRequest } from "../../src/pipeline/notices/message.ts";
import { settlementOf } from "../../src/pipeline/notices/settlement.ts";

const COMMIT = "4522cbcefc20728a5b72b3a86af35e608622c514";
const PUBLIC_URL = "https://assay.example.org";

const experiment = (changes: Partial<Experiment> = {}) => ({
  id: "6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
  sequence: 1,
  projectId: "p",
  projectSlug: "digits",
  number: 12,
  name: "lower <the> rate & more",
  description: undefined,
  tags: ["baseline"],
  params: {},
  fields: {},
  fieldsVersion: 1,
  manifestSelector: undefined,
  overrides: {},
  engine: "dummy",
  priority: 50,
  step: "Running" as const,
  stepStatus: "Running" as const,
  stepAttempt: 1,
  note: undefined,
  exception: undefined,
  cancelRequestedAt: undefined,
  cancelKill: false,
  cancelReason: undefined,
  approvedAt: undefined,
  admittedAt: undefined,
  parentId: undefined,
  createdBy: "ada",
  triggeredBy: "push" as const,
  deliveryId: undefined,
  requestId: undefined,
  createdAt: new Date(0),
  startedAt: new Date(0),
  finishedAt: undefined,
  archivedAt: undefined,
  logsRemovedAt: undefined,
  conditions: undefined,
  sourceArchive: undefined,
  manifestPath: undefined,
  manifestText: undefined,
  manifest: undefined,
  warnings: [],
  resources: undefined,
  image: undefined,
  ...changes,
  source: {
    kind: "commit" as const,
    commit: COMMIT,
    branch: "main",
    message: "exp: lower the rate",
    author: { name: "Ada", email: "ada@example.org" },
  },
});

const statusOf = (changes: Partial<Experiment> = {}) =>
  commitStatus(experiment(changes), PUBLIC_URL);

test("a commit's status tells the step in words, the end with its reason, and where to look", () => {
  expect(statusOf()).toEqual({
    commit: COMMIT,
    branch: "main",
    context: "assay/digits/manifest.yaml",
    state: "pending",
    description: "Running",
    url: `${PUBLIC_URL}/experiments/6f9619ff-8b86-4d01-b42d-00cf4fc964ff`,
  });
  expect(statusOf({ step: "Waiting", note: "waiting for approval" })).toMatchObject({
    state: "pending",
    description: "Waiting: waiting for approval",
  });
  const finishedAt = new Date(754_000);
  expect(statusOf({ step: "Completed", stepStatus: "Succeeded", finishedAt })).toMatchObject({
    state: "success",
    description: "Succeeded after 13 min",
  });
  const exception = {
    kind: "BuildFailed",
    message: `The image was not built:\n${"x".repeat(300)}`,
  };
  const failed = statusOf({ step: "Building", stepStatus: "Failed", exception, finishedAt });
  expect(failed).toMatchObject({
    state: "failure",
    description: expect.stringMatching(/^Failed at Building: The image was not built: x+…$/),
  });
  expect(failed.description).toHaveLength(140);
  expect(
    statusOf({ stepStatus: "Cancelled", cancelReason: "digits#13 took its place" }),
  ).toMatchObject({
    state: "cancelled",
    description: "Cancelled at Running: digits#13 took its place",
  });
});

test("each manifest of a project is a context of its own", () => {
  expect(statusOf({ manifestSelector: "train" }).context).toBe("assay/digits/train");
});

test("a webhook's message is signed as Standard Webhooks says", () => {
  const secret = `whsec_${Buffer.from("the key's bytes").toString("base64")}`;
  const now = new Date("2026-01-02T03:04:05.678Z");

  const { headers, body } = webhookRequest(
    { id: "n-1", event: "finished" },
    experiment({ step: "Completed", stepStatus: "Succeeded" }),
    { url: "https://hooks.example.org", secret, publicUrl: PUBLIC_URL, now },
  );

  const signed = createHmac("sha256", "the key's bytes")
    .update(`n-1.1767323045.${body}`)
    .digest("base64");
  expect(headers).toMatchObject({
    "webhook-id": "n-1",
    "webhook-timestamp": "1767323045",
    "webhook-signature": `v1,${signed}`,
  });
  expect(JSON.parse(body ?? "")).toMatchObject({
    type: "experiment.finished",
    timestamp: "2026-01-02T03:04:05.678Z",
    data: { experiment: { number: 12, status: "Succeeded", project: { slug: "digits" } } },
  });
});

test("Slack's message names the experiment, links it, and escapes what Slack would read", () => {
  const exception = { kind: "ExitCode", message: "The program ended with exit code 1 <here>." };

  const { body } = slackRequest(
    { event: "finished" },
    experiment({ stepStatus: "Failed", exception }),
    { url: "https://hooks.example.org", publicUrl: PUBLIC_URL },
  );

  expect(JSON.parse(body ?? "").text).toBe(
    `<${PUBLIC_URL}/experiments/6f9619ff-8b86-4d01-b42d-00cf4fc964ff|digits#12> *lower &lt;the&gt; rate &amp; more* failed at Running\n>The program ended with exit code 1 &lt;here&gt;.`,
  );
});

test("what was told in vain waits twice as long each time, a random part less, ten minutes at most", () => {
  const later = { kind: "later", reason: "away" } as const;
  const seconds = (tries: number, random: number): number => {
    const settlement = settlementOf(
      { tries, failures: tries, owedSeconds: 0 },
      later,
      () => random,
    );
    return settlement.state === "owed" ? settlement.seconds : Number.NaN;
  };

  expect([0, 1, 2, 20].map((tries) => seconds(tries, 1))).toEqual([2, 4, 8, 600]);
  expect([0, 1, 2, 20].map((tries) => seconds(tries, 0))).toEqual([1, 2, 4, 300]);
});

test("a destination that asks for a time has it, and nobody comes before", () => {
  const asked = { kind: "later", reason: "too many", seconds: 3600 } as const;

  const settlement = settlementOf({ tries: 0, failures: 0, owedSeconds: 0 }, asked, () => 0.5);

  expect(settlement).toEqual({
    state: "owed",
    reason: "too many",
    seconds: 3605,
    pauseSeconds: 3600,
  });
});

test("after three days in vain it is told to nobody any more, with the reason", () => {
  const later = { kind: "later", reason: "It did not answer." } as const;

  const settlement = settlementOf(
    { tries: 500, failures: 500, owedSeconds: 3 * 86_400 + 1 },
    later,
  );

  expect(settlement).toEqual({
    state: "refused",
    reason: "It did not answer. It was tried for 3 days, and is not tried again.",
  });
});
