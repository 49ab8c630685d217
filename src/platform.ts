import { createHash, createHmac } from "node:crypto";
import { join } from "node:path";

import Dockerode from "dockerode";
import type { Express } from "express";
import { pino, stdSerializers } from "pino";

import { createApi } from "./api/app.ts";
import { userOfBasic } from "./api/basic-user.ts";
import { listen } from "./api/listen.ts";
import { createMetrics } from "./api/prometheus.ts";
import { DockerBuilder } from "./builders/docker/builder.ts";
import type { Config } from "./config.ts";
import { CONFIGURED_USER } from "./core/access.ts";
import type { Engine } from "./core/engine.ts";
import { EngineUnreachableError } from "./core/errors.ts";
import type { Logger } from "./core/logger.ts";
import type { Ports } from "./core/ports.ts";
import { createDataDirectory, type DataDirectory } from "./db/data-directory.ts";
import { createDatabase } from "./db/database.ts";
import { PostgresEventBus } from "./db/event-bus.ts";
import { keepSecret } from "./db/kept-secret.ts";
import { type OpenDatabase, openDatabase } from "./db/open.ts";
import { ServerInstance } from "./db/server-instance.ts";
import { dockerOptions, isThisMachine } from "./docker-address.ts";
import { DockerEngine } from "./engines/docker/engine.ts";
import { mendOwnership } from "./engines/docker/mend-ownership.ts";
import { probeDataDirectory } from "./engines/docker/probe-data-directory.ts";
import { rootFolder } from "./engines/docker/root-folder.ts";
import { DummyEngine } from "./engines/dummy.ts";
import { createForges } from "./forges/index.ts";
import { checkCloneUrl } from "./git/clone-url.ts";
import { innerAddress } from "./git/inner-address.ts";
import { createGitRemote } from "./git/remote.ts";
import { GitRepository } from "./git/repository.ts";
import { FileLogStore } from "./logs/file-log-store.ts";
import { manifestJsonSchema } from "./manifest/json-schema.ts";
import { manifestParser } from "./manifest/parse.ts";
import { meetDocker } from "./meet-docker.ts";
import { createPlanner } from "./operators/planner.ts";
import { HttpOutward } from "./outward/http-outward.ts";
import { DaemonWatch } from "./pipeline/daemon-watch.ts";
import { MeteredEngine } from "./pipeline/metered-engine.ts";
import { Observer } from "./pipeline/observer.ts";
import { ServerReach } from "./pipeline/reach.ts";
import { Scheduler } from "./pipeline/scheduler.ts";
import { Sweep } from "./pipeline/sweep.ts";
import { hashOfToken } from "./pipeline/verbs/create-token.ts";
import { pushReport } from "./pipeline/verbs/push-report.ts";
import { receivePush } from "./pipeline/verbs/receive-push.ts";
import { WorkerPool } from "./pipeline/worker-pool.ts";
import { openReachForRuns } from "./reach-for-runs.ts";
import { urlOf } from "./server-address.ts";
import { Stops } from "./stops.ts";
import { DiskWatermark } from "./storage/disk-watermark.ts";
import { FilesystemObjectStore } from "./storage/filesystem.ts";
import { FilesystemWorkspaces } from "./storage/workspaces.ts";
import { version } from "./version.ts";

export interface Platform {
  readonly ports: Ports;
  readonly api: Express;
  readonly adminToken: string;
  /** Where it throws, `stop` ends what was started until then. */
  readonly start: () => Promise<Started>;
  /** In reverse order; waits for builds in flight as long as the configuration says. Throws at the end what could not be stopped. */
  readonly stop: () => Promise<void>;
}

export interface Started {
  readonly url: string;
  readonly adminTokenFile: string;
  /** At the first start alone. */
  readonly newAdminToken: string | undefined;
}

/** Edges to put in place of the real ones, or what makes them of those. */
export type Overrides = Partial<Ports> | ((ports: Ports) => Partial<Ports>);

/** The only place where everything meets. `overrides` replaces an edge, for tests. */
export async function createPlatform(config: Config, overrides: Overrides = {}): Promise<Platform> {
  const log: Logger = pino(
    { level: config.logLevel, serializers: { error: stdSerializers.err } },
    pino.destination({ dest: 2, sync: true }),
  );
  const folders = await createDataDirectory(config.dataDirectory);
  const opened = await openDatabase(config.databaseUrl, folders, log);
  const stops = new Stops();
  stops.add(() => opened.close());
  try {
    return await assemble({ config, overrides, log, folders, opened, stops });
  } catch (error) {
    await stops
      .run()
      .catch((more: unknown) => log.error({ error: more }, "the database was not closed"));
    throw error;
  }
}

interface Begun {
  readonly config: Config;
  readonly overrides: Overrides;
  readonly log: Logger;
  readonly folders: DataDirectory;
  readonly opened: OpenDatabase;
  readonly stops: Stops;
}

async function assemble(begun: Begun): Promise<Platform> {
  const { config, overrides, log, folders, opened, stops } = begun;
  const hostFolder = (name: string): string => join(config.hostDataDirectory ?? folders.root, name);
  const kept = await keepSecret(join(folders.root, "secret-key"));
  const secretKey = createHash("sha256")
    .update(config.secretKey ?? kept.value)
    .digest();
  const adminTokenFile = join(folders.root, "admin-token");
  const admin =
    config.adminToken === undefined
      ? await keepSecret(adminTokenFile, "assay_")
      : { value: config.adminToken, isNew: false };

  // The embedded database refuses a second server.
  const isAlone = config.databaseUrl === undefined;
  const events = new PostgresEventBus(opened.knex, `${process.pid}-${Date.now()}`, { isAlone });
  stops.add(() => events.stop());
  const reach = new ServerReach({ isAlone });
  const instance = new ServerInstance(opened.address, {
    version,
    log,
    daemons: () => reach.met,
    onHint: (payload) => events.receive(payload),
    onRegistered: () => pool.wake(),
  });
  const database = createDatabase(opened.knex, {
    secretKey,
    events,
    instance: () => instance.id,
    daemons: () => reach.daemons,
  });
  const docker = new Dockerode(dockerOptions(config.dockerHost));
  const dockerEngine = new DockerEngine({
    name: "docker",
    docker,
    installation: opened.id,
    subnets: config.dockerSubnets,
    startFolder: folders.tmp,
    hostStartFolder: hostFolder("tmp"),
    log,
  });
  const engines: Engine[] = [dockerEngine];
  if (config.dummyEngine)
    engines.push(new DummyEngine({ name: "dummy", folder: join(folders.root, "dummy") }));
  const { metrics, registry } = createMetrics();
  const patience = { mostSlow: Math.ceil(config.workerSlots / 2) };
  const disk = new DiskWatermark(folders.root, config.diskWatermark, (name, usedShare) =>
    metrics.set("assay_disk_used_ratio", usedShare, { disk: name }),
  );
  const outward = new HttpOutward({
    refuseAddress: innerAddress,
    allowLocal: config.allowLocalRepositories,
    most: Math.ceil(config.workerSlots / 2),
    environment: config.environment,
  });
  events.subscribe(({ kind }) => metrics.count("assay_hints_total", { kind }));
  let publicUrl = config.publicUrl ?? urlOf(config.host, config.port);
  let runUrl = config.runUrl;
  let hasMetDocker = false;

  const ports: Ports = {
    database,
    events,
    repository: new GitRepository({
      folder: folders.git,
      allowFileProtocol: config.allowLocalRepositories,
      environment: config.environment,
    }),
    ...createForges(outward),
    outward,
    manifests: manifestParser,
    planner: createPlanner(),
    builder: new DockerBuilder({ docker, installation: opened.id }),
    engines: new Map(
      engines.map((engine) => [engine.name, new MeteredEngine(engine, metrics, patience)]),
    ),
    archives: new FilesystemObjectStore({ folder: folders.archives }),
    buckets: new FilesystemObjectStore({ folder: folders.buckets }),
    workspaces: new FilesystemWorkspaces({
      buckets: folders.buckets,
      hostBuckets: hostFolder("buckets"),
      mendOwnership: (hostFolder) => mendOwnership(docker, hostFolder),
    }),
    logs: new FileLogStore({ folder: folders.logs, index: database.logs }),
    leases: instance,
    reach,
    log,
    metrics,
    get publicUrl() {
      return publicUrl;
    },
    get runUrl() {
      if (runUrl === undefined && !hasMetDocker)
        throw new EngineUnreachableError("Docker has not answered since this server began.");
      return runUrl ?? publicUrl;
    },
    runToken: (experimentId, runName) =>
      `assay_run_${createHmac("sha256", secretKey).update(`${experimentId} ${runName}`).digest("base64url")}`,
    closedBecause: () => disk.closedBecause(),
    keep: config.keep,
    dockerDiskBytes: () => disk.dockerDiskBytes(),
    refuseRepository: (url) =>
      checkCloneUrl(url, { allowFileProtocol: config.allowLocalRepositories }),
    maxActive: config.maxActive,
  };
  const chosen = typeof overrides === "function" ? overrides(ports) : overrides;
  // With their descriptors: some of the ports are getters.
  Object.defineProperties(ports, Object.getOwnPropertyDescriptors(chosen));

  const stopping = new AbortController();
  const pool = new WorkerPool(ports, config.workerSlots);
  const scheduler = new Scheduler(ports);
  const observers = [...ports.engines.values()].map((engine) => new Observer(ports, engine));
  const daemons = new DaemonWatch(ports, { reach, address: config.dockerHost });
  const sweep = new Sweep(ports);
  const gitRemote = createGitRemote({
    repository: ports.repository,
    folder: folders.git,
    environment: config.environment,
    findProject: (slug) => ports.database.projects.findBySlug(slug),
    authenticate: (authorization) => userOfBasic(ports, authorization),
    isWilling: () => ports.database.check(),
    async onPush({ project, user, refs }) {
      return pushReport(ports, project, await receivePush(ports, project, refs, user));
    },
    log,
  });
  const api = createApi(ports, {
    gitRemote,
    metrics: registry,
    sessionKey: createHmac("sha256", secretKey).update("sessions").digest(),
    manifestSchema: manifestJsonSchema(),
    version,
    dashboardFolder: join(import.meta.dirname, "../dist/web"),
    stopping: stopping.signal,
  });

  stops.add(() => dockerEngine.close());
  const startListening = async (): Promise<number> => {
    const listener = await listen(api, config.host, config.port);
    stops.add(async () => {
      stopping.abort();
      await listener.close();
    });
    publicUrl = config.publicUrl ?? urlOf(config.host, listener.port);
    return listener.port;
  };
  const lookAtDocker = async (): Promise<void> => {
    const unseen = await probeDataDirectory(docker, folders.tmp, hostFolder("tmp"), log);
    if (unseen !== undefined) throw new Error(unseen);
    const root = isThisMachine(config.dockerHost) ? await rootFolder(docker) : undefined;
    if (root !== undefined) await disk.watchDocker(root);
  };
  const openToRuns = async (port: number): Promise<void> => {
    if (config.runUrl !== undefined) return;
    const reach = await openReachForRuns(ports, docker, { host: config.host, port, publicUrl });
    if (reach === undefined) return;
    runUrl = reach.url;
    stops.add(reach.close);
  };

  return {
    ports,
    api,
    adminToken: admin.value,
    async start() {
      const hash = hashOfToken(admin.value);
      await database.tokens.put({
        hash,
        user: CONFIGURED_USER,
        administrator: true,
        name: "ASSAY_ADMIN_TOKEN",
      });
      await instance.start();
      stops.add(() => instance.stop());
      const port = await startListening();
      const stopAsking = await meetDocker(async () => {
        if (ports.engines.has("docker")) {
          await lookAtDocker();
          await openToRuns(port);
        }
        hasMetDocker = true;
      }, log);
      stops.add(stopAsking);
      for (const part of [daemons, scheduler, ...observers, sweep]) {
        part.start();
        stops.add(() => part.stop());
      }
      pool.start();
      stops.add(() => pool.stop(config.buildDrainSeconds));
      return {
        url: publicUrl,
        adminTokenFile,
        newAdminToken: admin.isNew ? admin.value : undefined,
      };
    },
    stop: () => stops.run(),
  };
}
