import { z } from "zod";

import { FORGES } from "../core/project.ts";
import { Duration } from "./duration.ts";
import { Text, Time } from "./json.ts";
import { pageOf } from "./page.ts";

export const SettingsAnswer = z.object({
  trigger: z.enum(["strict", "loose"]),
  commits: z.enum(["all", "head"]),
  branches: z.array(z.string()),
  tags: z.boolean(),
  /** null: never, the forge tells. */
  pollSeconds: z.number().nullable(),
  maxActive: z.number().int().nullable(),
  engineAliases: z.record(z.string(), z.string()),
  cloneTimeoutSeconds: z.number(),
  buildTimeoutSeconds: z.number(),
  runTimeoutSeconds: z.number(),
  internet: z.boolean(),
  env: z.record(z.string(), z.string()),
  secrets: z.enum(["asked", "all"]),
  volumes: z.record(z.string(), z.object({ hostPath: z.string(), readOnly: z.boolean() })),
});

export const ProjectAnswer = z.object({
  id: z.uuid(),
  slug: z.string(),
  name: z.string(),
  forge: z.enum(FORGES),
  repository: z.string().nullable(),
  /** Where to push, or where it is cloned from. */
  gitUrl: z.string().nullable(),
  /** What the forge is to call. */
  webhookUrl: z.string(),
  engine: z.string(),
  settings: SettingsAnswer,
  createdAt: Time,
});
export type ProjectAnswer = z.infer<typeof ProjectAnswer>;

export const ProjectPage = pageOf(ProjectAnswer);

/** The only answer that holds the secret. */
export const CreatedProjectAnswer = ProjectAnswer.extend({
  webhookSecret: z.string(),
  /** The project is there, but its repository could not be read. */
  warning: z.string().optional(),
});
/** How the last look at the repository went; nulls where there was none. */
export const PollingAnswer = z.object({
  everySeconds: z.number().nullable(),
  polledAt: Time.nullable(),
  problem: z.string().nullable(),
});

export const WebhookSecretAnswer = z.object({ webhookSecret: z.string() });

const Settings = z.strictObject({
  trigger: SettingsAnswer.shape.trigger.exactOptional(),
  commits: SettingsAnswer.shape.commits.exactOptional(),
  branches: z.array(Text.min(1).max(255)).max(100).exactOptional(),
  tags: z.boolean().exactOptional(),
  /** null: never. */
  pollSeconds: Duration.nullable().exactOptional(),
  /** null: no limit. */
  maxActive: z.number().int().min(1).nullable().exactOptional(),
  engineAliases: z.record(Text, Text).exactOptional(),
  cloneTimeoutSeconds: Duration.exactOptional(),
  buildTimeoutSeconds: Duration.exactOptional(),
  runTimeoutSeconds: Duration.exactOptional(),
  internet: z.boolean().exactOptional(),
  env: z.record(Text, Text).exactOptional(),
  secrets: SettingsAnswer.shape.secrets.exactOptional(),
  /** By name: a folder of the engine's machine that manifests may attach. */
  volumes: z
    .record(
      Text,
      z.strictObject({ hostPath: Text.max(1000), readOnly: z.boolean().default(false) }),
    )
    .exactOptional(),
});
export type Settings = z.infer<typeof Settings>;

const Name = Text.trim().min(1).max(100);

export const CreateProjectRequest = z.strictObject({
  name: Name,
  /** Without one, made of the name. */
  slug: Text.max(63).exactOptional(),
  forge: z.enum(FORGES),
  /** The clone URL; the built-in remote has none. */
  repository: Text.max(2_000).exactOptional(),
  engine: Text.exactOptional(),
  settings: Settings.exactOptional(),
});

export const UpdateProjectRequest = z.strictObject({
  name: Name.exactOptional(),
  engine: Text.exactOptional(),
  /** Where the repository is now; not of the built-in remote. */
  repository: Text.max(2_000).exactOptional(),
  /** Settings that are not named stay as they are. */
  settings: Settings.exactOptional(),
});
