import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Registry } from "prom-client";
import type { z } from "zod";

import { createApi } from "../../src/api/app.ts";
import { listen } from "../../src/api/listen.ts";
import { createRunApi } from "../../src/api/run-api.ts";
import type { Database } from "../../src/core/database.ts";
import type { Engine } from "../../src/core/engine.ts";
import { DatabaseUnavailableError } from "../../src/core/errors.ts";
import type { Experiment, NewExperiment } from "../../src/core/experiment.ts";
import type { Ports } from "../../src/core/ports.ts";
import { DEFAULT_SETTINGS, type Project } from "../../src/core/project.ts";
import { createDatabase } from "../../src/db/database.ts";
import { PostgresEventBus } from "../../src/db/event-bus.ts";
import { createForges } from "../../src/forges/index.ts";
import { GitRepository } from "../../src/git/repository.ts";
import { FileLogStore } from "../../src/logs/file-log-store.ts";
import { manifestParser } from "../../src/manifest/parse.ts";
import { HttpOutward } from "../../src/outward/http-outward.ts";
import { hashOfToken } from "../../src/pipeline/verbs/create-token.ts";
import { FilesystemObjectStore } from "../../src/storage/filesystem.ts";
import { createTestDatabase } from "../support/postgres.ts";

export type Call = Omit<RequestInit, "headers"> & {
  readonly headers?: Readonly<Record<string, string>>;
};

export interface Api {
  readonly url: string;
  readonly runUrl: string;
  readonly token: string;
  readonly ports: Ports;
  /** A call with the administrator's token, unless its headers say otherwise. */
  readonly call: (path: string, request?: Call) => Promise<Response>;
  readonly send: (
    method: string,
    path: string,
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Response>;
  readonly rowCounts: () => Promise<Readonly<Record<string, number>>>;
  readonly stop: () => Promise<void>;
}

/** The API on a database, an event bus and buckets of its own; nothing behind it works on what it records. */
export async function startApi(overrides: Partial<Ports> = {}): Promise<Api> {
  const { knex, drop } = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), "assay-api-"));
  const events = new PostgresEventBus(knex, "test", { isAlone: false });
  const database = createDatabase(knex, {
    secretKey: randomBytes(32),
    events,
    instance: () => undefined,
  });
  const buckets = new FilesystemObjectStore({ folder: join(folder, "buckets") });
  const repository = new GitRepository({ folder: join(folder, "git"), allowFileProtocol: false });
  const logs = new FileLogStore({ folder: join(folder, "logs"), index: database.logs });
  const ports = portsOf({ database, events, buckets, repository, logs }, overrides);
  const stopping = new AbortController();
  const app = createApi(ports, {
    gitRemote: async (request, response) => {
      response.end(`git ${request.url}`);
    },
    metrics: new Registry(),
    sessionKey: randomBytes(32),
    manifestSchema: { title: "Manifest" },
    version: "0.0.0",
    dashboardFolder: join(folder, "web"),
    stopping: stopping.signal,
  });
  const server = await listen(app, "127.0.0.1", 0);
  const runServer = await listen(createRunApi(ports), "127.0.0.1", 0);
  const url = `http://127.0.0.1:${server.port}`;
  const token = `assay_${randomUUID()}`;
  await database.tokens.put({ hash: hashOfToken(token), user: "ada", administrator: true });

  const call: Api["call"] = (path, request = {}) =>
    fetch(`${url}${path}`, {
      ...request,
      headers: { authorization: `Bearer ${token}`, ...request.headers },
    });
  return {
    url,
    runUrl: `http://127.0.0.1:${runServer.port}`,
    token,
    ports,
    call,
    send: (method, path, body, headers = {}) =>
      call(path, {
        method,
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      }),
    async rowCounts() {
      const counts: Record<string, number> = {};
      for (const table of ["deliveries", "experiments", "jobs", "seen_refs"]) {
        const [row] = await knex(table).count();
        counts[table] = Number(row?.["count"]);
      }
      return counts;
    },
    async stop() {
      stopping.abort();
      await Promise.all([server.close(), runServer.close()]);
      await rm(folder, { recursive: true });
      await drop();
    },
  };
}

export function createTestProject(
  database: Database,
  project: Partial<Parameters<Database["projects"]["create"]>[0]> = {},
): Promise<Project> {
  return database.projects.create({
    slug: "digits",
    name: "Digits",
    forge: "github",
    repository: "https://github.com/lab/digits.git",
    engine: "docker",
    settings: DEFAULT_SETTINGS,
    webhookSecret: SECRET,
    ...project,
  });
}

export async function createTestExperiment(
  database: Database,
  project: Project,
  experiment: Partial<NewExperiment> = {},
): Promise<Experiment> {
  const made = await database.experiments.create({
    projectId: project.id,
    name: "lower the learning rate",
    source: {
      kind: "commit",
      commit: randomBytes(20).toString("hex"),
      branch: "main",
      message: "exp: lower the learning rate",
      author: { name: "Ada", email: "ada@example.org" },
    },
    engine: project.engine,
    triggeredBy: "submit",
    ...experiment,
  });
  if (made === undefined) throw new Error("this commit has an experiment already");
  return made;
}

export const SECRET = "the webhook's secret";

/** What GitHub sends with a body. */
export function signed(body: string, headers: Readonly<Record<string, string>> = {}) {
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  return {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "x-github-event": "push",
      "x-github-delivery": randomUUID(),
      "x-hub-signature-256": `sha256=${signature}`,
      ...headers,
    },
  };
}

/** An answer's JSON, which must be what the contract says. */
export async function read<T extends z.ZodType>(
  schema: T,
  response: Response | Promise<Response>,
): Promise<z.output<T>> {
  const answer = await response;
  const body = await answer.json();
  const { success, data } = schema.safeParse(body);
  if (!success) throw new Error(`${answer.url} answered ${answer.status} ${JSON.stringify(body)}`);
  return data;
}

const outward = new HttpOutward({
  refuseAddress: () => undefined,
  allowLocal: true,
  most: 8,
  environment: {},
});

/** A database that does not answer, for one store. */
export const away = (): never => {
  throw new DatabaseUnavailableError("The database does not answer.");
};

function portsOf(
  own: Pick<Ports, "database" | "events" | "buckets" | "repository" | "logs">,
  overrides: Partial<Ports>,
): Ports {
  return Object.defineProperties(
    {
      ...own,
      ...createForges(outward),
      outward,
      engines: new Map([["docker", engine]]),
      log: { debug: ignore, info: ignore, warn: ignore, error: console.error },
      reach: { daemons: undefined, meet: () => false },
      metrics: { count: ignore, observe: ignore, set: ignore },
      runToken: () => "",
      closedBecause: async () => undefined,
      maxActive: undefined,
      keep: { imagesDays: 14, archivesDays: 90, logsDays: 180, buildCacheShare: 0.1 },
      dockerDiskBytes: async () => 2 ** 40,
      refuseRepository: () => undefined,
      manifests: manifestParser,

      publicUrl: "http://assay.test",
      runUrl: "http://assay.test",
      get planner() {
        return absent("planner");
      },
      get builder() {
        return absent("builder");
      },
      get archives() {
        return absent("archives");
      },
      get workspaces() {
        return absent("workspaces");
      },
      get leases() {
        return absent("leases");
      },
    },
    Object.getOwnPropertyDescriptors(overrides),
  );
}

const ignore = (): void => undefined;

/** No call of these tests may reach it. */
function absent(port: string): never {
  throw new Error(`${port} is not there in this test`);
}

const notHere = async (): Promise<never> => absent("the engine");

const engine: Engine = {
  name: "docker",
  kind: "docker",
  daemon: async () => undefined,
  prepare: notHere,
  start: notHere,
  stop: notHere,
  remove: notHere,
  list: notHere,
  async *watch() {},
  async *logs() {},
  resources: notHere,
  capacity: async () => [{ name: "here", cpus: 4, memoryBytes: 8 * 2 ** 30, devices: [] }],
};
