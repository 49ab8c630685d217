import { homedir } from "node:os";
import { join } from "node:path";

import { z } from "zod";

const flag = z
  .enum(["true", "false", "1", "0", ""])
  .default("false")
  .transform((text) => text === "true" || text === "1");
const optionalText = z
  .string()
  .optional()
  .transform((text) => (text === "" ? undefined : text));
const port = z.coerce.number().int().min(0).max(65_535);

/** The environment as a person writes it. Every key is in .env.example, with a comment. */
const environment = z.object({
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: port.default(8080),
  PUBLIC_URL: optionalText.pipe(z.url({ protocol: /^https?$/ }).optional()),
  RUN_URL: optionalText.pipe(z.url({ protocol: /^https?$/ }).optional()),
  ASSAY_DATA_DIR: optionalText,
  ASSAY_HOST_DATA_DIR: optionalText,
  XDG_DATA_HOME: optionalText,
  DATABASE_URL: optionalText.pipe(z.url({ protocol: /^postgres(ql)?$/ }).optional()),
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
  WORKER_SLOTS: z.coerce.number().int().min(1).max(1000).default(16),
  BUILD_DRAIN: z.coerce.number().min(0).default(1800),
  DISK_WATERMARK: z.coerce.number().gt(0).max(1).default(0.9),
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
  readonly workerSlots: number;
  readonly buildDrainSeconds: number;
  /** The share of a disk, 0..1, above which nothing new is admitted. */
  readonly diskWatermark: number;
  /** What git may be given of the environment: the proxy's settings, where certificates are, the ssh agent. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
}

/** Throws a sentence for each variable that is wrong, naming it. */
export function readConfig(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Config {
  const parsed = environment.safeParse(variables);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      ({ path, message }) =>
        `${path.join(".")} ${message.replace(/^Invalid input: /, "is wrong: ")}.`,
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
    workerSlots: values.WORKER_SLOTS,
    buildDrainSeconds: values.BUILD_DRAIN,
    diskWatermark: values.DISK_WATERMARK,
    environment: variables,
    logLevel: values.LOG_LEVEL,
  };
}
