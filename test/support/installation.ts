import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import Dockerode from "dockerode";

import { isAlive } from "../../src/db/embedded/processes.ts";
import { removeContainers } from "./containers.ts";
import { createTestDatabase, type TestDatabase } from "./postgres.ts";
import { type ServerOptions, ServerProcess } from "./server-process.ts";
import { waitFor } from "./wait-for.ts";

const ADMIN_TOKEN = "assay_a-token-of-the-tests";

/** A database, a data directory, and the servers that share them, each a process of its own. */
export class Installation {
  readonly token = ADMIN_TOKEN;
  readonly dataDirectory: string;
  readonly database: TestDatabase;
  readonly #docker: Dockerode;
  readonly #variables: Readonly<Record<string, string>>;
  readonly #servers: ServerProcess[] = [];

  private constructor(
    dataDirectory: string,
    database: TestDatabase,
    variables: Readonly<Record<string, string>>,
  ) {
    this.dataDirectory = dataDirectory;
    this.database = database;
    this.#variables = variables;
    const [, socketPath] = /^unix:\/\/(.+)$/.exec(variables["DOCKER_HOST"] ?? "") ?? [];
    this.#docker = new Dockerode(socketPath === undefined ? {} : { socketPath });
  }

  /** With `DATABASE_URL: ""` its servers bring a PostgreSQL of their own. */
  static async create(variables: Readonly<Record<string, string>> = {}): Promise<Installation> {
    const dataDirectory = await mkdtemp(join(tmpdir(), "assay-installation-"));
    const database = await createTestDatabase();
    return new Installation(dataDirectory, database, {
      DATABASE_URL: urlOf(database),
      ASSAY_DATA_DIR: dataDirectory,
      ASSAY_ADMIN_TOKEN: ADMIN_TOKEN,
      ASSAY_DUMMY_ENGINE: "true",
      ASSAY_ALLOW_LOCAL_REPOSITORIES: "true",
      ...variables,
    });
  }

  /** A server that listens, as src/main.ts runs it. */
  async startServer(variables: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
    const server = this.launch({ variables });
    await server.listens();
    return server;
  }

  /** One that can be held at a point; see `killable/points.ts`. */
  async startKillable(): Promise<ServerProcess> {
    const server = this.launch({ isKillable: true });
    await server.listens();
    return server;
  }

  /** One that may never listen. */
  launch({
    variables = {},
    isKillable = false,
  }: Partial<Pick<ServerOptions, "variables" | "isKillable">>): ServerProcess {
    const all = { ...this.#variables, ...variables };
    const server = new ServerProcess({ token: this.token, variables: all, isKillable });
    this.#servers.push(server);
    return server;
  }

  /** What an experiment wrote into a file of its output folder; empty where there is none. */
  output(slug: string, experimentId: string, name: string): Promise<string> {
    const folder = join(this.dataDirectory, "buckets", slug, "output", "output", experimentId);
    return readFile(join(folder, name), "utf8").catch(() => "");
  }

  /** Its containers, whatever their state. */
  async containers(): Promise<readonly Dockerode.ContainerInfo[]> {
    return this.#docker.listContainers({ all: true, filters: await this.#filters() });
  }

  /** The process id of the PostgreSQL that its servers brought, while that runs. */
  async postmaster(): Promise<number | undefined> {
    const path = join(this.dataDirectory, "postgres", "data", "postmaster.pid");
    const lock = await readFile(path, "utf8").catch(() => "");
    const pid = Number(lock.split("\n")[0]);
    return pid > 0 && isAlive(pid) ? pid : undefined;
  }

  /** Ends the servers that still run, and removes everything. */
  async remove(): Promise<void> {
    for (const server of this.#servers) await server.kill();
    await this.#endPostgres();
    await this.#empty();
    await this.database.drop();
    await rm(this.dataDirectory, { recursive: true, force: true, maxRetries: 5 });
  }

  /** What it made in Docker carries the id of its database, which the first server notes. */
  async #filters(): Promise<{ readonly label: string[] }> {
    const id = await readFile(join(this.dataDirectory, "database-id"), "utf8").catch(() => "none");
    return { label: [`assay.installation=${id.trim()}`] };
  }

  async #endPostgres(): Promise<void> {
    const pid = await this.postmaster();
    if (pid === undefined) return;
    process.kill(pid, "SIGQUIT");
    await waitFor("PostgreSQL to end", async () => (await this.postmaster()) === undefined);
  }

  async #empty(): Promise<void> {
    const filters = await this.#filters();
    await removeContainers(this.#docker, filters);
    await removeContainers(this.#docker, {
      label: filters.label.map((label) => label.replace("installation", "pause-of")),
    });
    for (const { Id } of await this.#docker.listNetworks({ filters }))
      await this.#docker.getNetwork(Id).remove();
    for (const { Id } of await this.#docker.listImages({ filters }))
      await this.#docker.getImage(Id).remove({ force: true });
  }
}

function urlOf({ connection }: TestDatabase): string {
  const { host, port, user, password, database } = connection;
  const query = new URLSearchParams({ host, port: String(port) });
  return `postgresql://${user}:${encodeURIComponent(password)}@localhost/${database}?${query.toString()}`;
}
