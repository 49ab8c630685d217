import { homedir } from "node:os";
import { join } from "node:path";

import { z } from "zod";

import { plainWords, sentenceAbout } from "./core/plain-words.ts";
import type { Keep } from "./core/retention.ts";
import { closest, didYouMean } from "./core/suggest.ts";

const flag = z
  .enum(["true", "false", "1", "0"])
  .default("false")
  .transform((text) => text === "true" || text === "1");
const optionalText = z.string().optional();
const port = z.coerce.number().int().min(0).max(65_535);
const keepDays = (days: number) =>
  z
    .string()
    .regex(/^([1-9]\d{0,4}|forever)$/, 'must be a whole number of days from 1 on, or "forever"')
    .default(String(days))
    .transform((text) => (text === "forever" ? undefined : Number(text)));

/** The environment as a person writes it. Every key is in .env.example, with a comment. */
const environment = z.object({
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: port.default(8080),
  PUBLIC_URL: optionalText.pipe(z.url({ protocol: /^https?$/ }).optional()),
  RUN_URL: optionalText.pipe(z.url({ protocol: /^https?$/ }).optional()),
  ASSAY_DATA_DIR: optionalText,
  ASSAY_HOST_DATA_DIR: optionalText,
  XDG_DATA_HOME: optionalText,
  DATABASE_URL: optionalText.pipe(
    z
      .url({
        protocol: /^postgres(ql)?$/,
        error: "must be an address such as postgresql://user@host/database",
      })
      .optional(),
  ),
  DOCKER_HOST: optionalText.pipe(
    z
      .string()
      .regex(/^(unix:\/\/\/.+|tcp:\/\/[^/]+:\d+)$/, "must be unix:///… or tcp://host:port")
      .optional(),
  ),
  ASSAY_DOCKER_SUBNETS: z
    .string()
    .regex(/^\d+\.\d+\.\d+\.\d+\/\d+$/, "must be a network such as 10.213.0.0/16")
    .default("10.213.0.0/16"),
  ASSAY_SECRET_KEY: optionalText.pipe(
    z.string().min(16, "must have at least 16 characters").optional(),
  ),
  ASSAY_ADMIN_TOKEN: optionalText.pipe(
    z.string().min(16, "must have at least 16 characters").optional(),
  ),
  ASSAY_DUMMY_ENGINE: flag,
  ASSAY_ALLOW_LOCAL_REPOSITORIES: flag,
  ASSAY_MAX_ACTIVE: z.coerce.number().int().min(1).optional(),
  WORKER_SLOTS: z.coerce.number().int().min(1).max(1000).default(16),
  BUILD_DRAIN: z.coerce.number().min(0).default(1800),
  DISK_WATERMARK: z.coerce.number().gt(0).max(1).default(0.9),
  KEEP_IMAGES_DAYS: keepDays(14),
  KEEP_ARCHIVES_DAYS: keepDays(90),
  KEEP_LOGS_DAYS: keepDays(180),
  KEEP_BUILD_CACHE: z.coerce.number().min(0).max(1).default(0.1),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  S3_ENDPOINT: optionalText.pipe(
    z.undefined(
      "is not available yet: leave it out, and buckets are folders of the data directory",
    ),
  ),
});

export interface Config {
  readonly host: string;
  readonly port: number;
  /** Without a slash at its end; undefined is http://HOST:PORT. */
  readonly publicUrl: string | undefined;
  readonly runUrl: string | undefined;
  readonly dataDirectory: string;
  /** The data directory as the Docker daemon sees it. */
  readonly hostDataDirectory: string | undefined;
  readonly databaseUrl: string | undefined;
  readonly dockerHost: string;
  readonly dockerSubnets: string;
  readonly secretKey: string | undefined;
  readonly adminToken: string | undefined;
  readonly dummyEngine: boolean;
  readonly allowLocalRepositories: boolean;
  /** Experiments between Waiting and their end at one time, over all projects; undefined is no limit. */
  readonly maxActive: number | undefined;
  readonly workerSlots: number;
  readonly buildDrainSeconds: number;
  /** The share of a disk, 0..1, above which nothing new is admitted. */
  readonly diskWatermark: number;
  readonly keep: Keep;
  /** What git may be given of the environment: the proxy's settings, where certificates are, the ssh agent. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
  /** Sentences for the person who starts the server: what is most likely a typing mistake. */
  readonly warnings: readonly string[];
}

/** Throws a sentence for each variable that is wrong, naming it. An empty one counts as unset. */
export function readConfig(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Config {
  const given = Object.entries(variables).filter(([, value]) => value !== "");
  const parsed = environment.safeParse(Object.fromEntries(given), { error: plainWords });
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) =>
      sentenceAbout(path.join("."), message),
    );
    throw new Error(`The configuration is wrong. ${faults.join(" ")} See .env.example.`);
  }
  const values = parsed.data;
  const dataHome = values.XDG_DATA_HOME ?? join(homedir(), ".local", "share");
  return {
    host: values.HOST,
    port: values.PORT,
    publicUrl: values.PUBLIC_URL?.replace(/\/+$/, ""),
    runUrl: values.RUN_URL?.replace(/\/+$/, ""),
    dataDirectory: values.ASSAY_DATA_DIR ?? join(dataHome, "assay"),
    hostDataDirectory: values.ASSAY_HOST_DATA_DIR,
    databaseUrl: values.DATABASE_URL,
    dockerHost: values.DOCKER_HOST ?? "unix:///var/run/docker.sock",
    dockerSubnets: values.ASSAY_DOCKER_SUBNETS,
    secretKey: values.ASSAY_SECRET_KEY,
    adminToken: values.ASSAY_ADMIN_TOKEN,
    dummyEngine: values.ASSAY_DUMMY_ENGINE,
    allowLocalRepositories: values.ASSAY_ALLOW_LOCAL_REPOSITORIES,
    maxActive: values.ASSAY_MAX_ACTIVE,
    workerSlots: values.WORKER_SLOTS,
    buildDrainSeconds: values.BUILD_DRAIN,
    diskWatermark: values.DISK_WATERMARK,
    keep: {
      imagesDays: values.KEEP_IMAGES_DAYS,
      archivesDays: values.KEEP_ARCHIVES_DAYS,
      logsDays: values.KEEP_LOGS_DAYS,
      buildCacheShare: values.KEEP_BUILD_CACHE,
    },
    environment: variables,
    logLevel: values.LOG_LEVEL,
    warnings: unknownVariables(given.map(([name]) => name)),
  };
}

/** What a client needs, or the server itself gives to a run: a shell may well hold it. */
const OF_CLIENTS =
  /^ASSAY_(URL|TOKEN|PROJECT|ENGINE|CONTEXT)$|^ASSAY_(.+_ID|.+_PATH|PARAMS|ATTEMPT)$/;

/** The names that nobody but Assay has a use for. */
function unknownVariables(names: readonly string[]): readonly string[] {
  const known = Object.keys(environment.shape);
  return names
    .filter((name) => name.startsWith("ASSAY_") && !known.includes(name) && !OF_CLIENTS.test(name))
    .map(
      (name) =>
        `The variable ${name} is not known${didYouMean(closest(name, known)) || "; .env.example lists those that are."}`,
    );
}
