import { z } from "zod";

import { WebhookAnswer } from "../delivery.ts";
import {
  BadgeQuery,
  EngineAnswer,
  EnginePage,
  HealthAnswer,
  QueueAnswer,
  SessionAnswer,
  SessionRequest,
  ValidateAnswer,
  ValidateQuery,
} from "../operations.ts";
import { PageQuery } from "../page.ts";
import { RetentionAnswer, RetentionQuery } from "../retention.ts";
import { get, post, remove } from "../route.ts";

const session = "/api/v1/session";
const engine = "/api/v1/engines/:name";
const queue = "/api/v1/queue";

export const OPERATION_ROUTES = {
  receiveWebhook: post("/webhooks/:project", "A forge's delivery, signed with the secret", {
    access: "public",
    body: "application/json",
    answers: { 202: WebhookAnswer, 200: z.object({ message: z.string() }) },
  }),
  validateManifest: post("/api/v1/manifests/validate", "Judge a manifest", {
    query: ValidateQuery,
    body: "text/yaml",
    answers: { 200: ValidateAnswer },
  }),

  signIn: post(session, "Sign in with a token; answers a cookie", {
    access: "public",
    body: SessionRequest,
    answers: { 200: SessionAnswer },
  }),
  whoAmI: get(session, "Who is signed in", { answers: { 200: SessionAnswer } }),
  signOut: remove(session, "Sign out", { answers: { 204: null } }),

  listEngines: get("/api/v1/engines", "The engines: machines, reservations, whether paused", {
    query: PageQuery,
    answers: { 200: EnginePage },
  }),
  pauseEngine: post(`${engine}/pause`, "Start nothing new on it", {
    access: "administrator",
    answers: { 200: EngineAnswer },
  }),
  resumeEngine: post(`${engine}/resume`, "Take work again", {
    access: "administrator",
    answers: { 200: EngineAnswer },
  }),
  drainEngine: post(`${engine}/drain`, "Start nothing new on it, until nothing runs there", {
    access: "administrator",
    answers: { 200: EngineAnswer },
  }),
  getQueue: get(queue, "What waits, in order, with reasons", {
    answers: { 200: QueueAnswer },
  }),
  pauseQueue: post(`${queue}/pause`, "Start nothing new, on any engine", {
    access: "administrator",
    answers: { 200: QueueAnswer },
  }),
  resumeQueue: post(`${queue}/resume`, "Start new work again", {
    access: "administrator",
    answers: { 200: QueueAnswer },
  }),
  drainQueue: post(`${queue}/drain`, "Start nothing new, until nothing runs any more", {
    access: "administrator",
    answers: { 200: QueueAnswer },
  }),
  getRetention: get(
    "/api/v1/retention",
    "What would be removed now, because it was kept long enough; removes nothing",
    {
      access: "administrator",
      query: RetentionQuery,
      answers: { 200: RetentionAnswer },
    },
  ),

  getOpenApi: get("/api/v1/openapi.json", "This description", {
    access: "public",
    answers: { 200: "application/json" },
  }),
  getManifestSchema: get(
    "/schema/manifest.schema.json",
    "The manifest's JSON Schema, for editors",
    {
      access: "public",
      answers: { 200: "application/schema+json" },
    },
  ),
  getBadge: get("/badges/:project.svg", "How a project's newest experiment stands, as an image", {
    access: "public",
    query: BadgeQuery,
    answers: { 200: "image/svg+xml" },
  }),
  isAlive: get("/healthz", "Whether the server runs", {
    access: "public",
    answers: { 200: HealthAnswer },
  }),
  isReady: get("/readyz", "Whether the database answers and has the right schema", {
    access: "public",
    answers: { 200: HealthAnswer },
  }),
  getMetrics: get("/metrics", "Figures for Prometheus", { answers: { 200: "text/plain" } }),
} as const;
