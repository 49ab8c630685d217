import type { Builder } from "../../../src/core/builder.ts";
import type { Engine } from "../../../src/core/engine.ts";
import type { LogKey, LogStore, LogWriter } from "../../../src/core/log-store.ts";
import type { ObjectStore } from "../../../src/core/object-store.ts";
import type { Ports } from "../../../src/core/ports.ts";
import { around, type Reach } from "./around.ts";
import { databaseWithPoints } from "./database-points.ts";

/** The middle of a build is the first output that has this in it. */
export const BUILD_MARK = "half of the build";
/** The middle of a log is the first output that has this in it. */
export const LOG_MARK = "line 3";

/** The ports with a point before and after each effect, and in the middle of those that stream. */
export function withPoints(ports: Ports, reach: Reach): Partial<Ports> {
  const engines = [...ports.engines].map(
    ([name, engine]) => [name, ofEngine(engine, reach)] as const,
  );
  return {
    database: databaseWithPoints(ports.database, reach),
    repository: around(ports.repository, { fetch: "repository: fetch" }, reach),
    builder: ofBuilder(ports.builder, reach),
    engines: new Map(engines),
    archives: ofArchives(ports.archives, reach),
    workspaces: around(ports.workspaces, { open: "folders: open", close: "folders: close" }, reach),
    logs: ofLogs(ports.logs, reach),
  };
}

const ofEngine = (engine: Engine, reach: Reach): Engine =>
  around(
    engine,
    {
      prepare: "engine: prepare",
      start: "engine: start",
      stop: "engine: stop",
      remove: "engine: remove",
    },
    reach,
  );

function ofBuilder(builder: Builder, reach: Reach): Builder {
  const build: Builder["build"] = (request, log, signal) => {
    const told = async (bytes: Uint8Array): Promise<void> => {
      if (textOf(bytes).includes(BUILD_MARK)) await reach("in the middle of: build");
      await log(bytes);
    };
    return builder.build(request, told, signal);
  };
  return around(replace(builder, { build }), { imageKey: "image key", build: "build" }, reach);
}

function ofArchives(archives: ObjectStore, reach: Reach): ObjectStore {
  async function* told(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const bytes of body) {
      yield bytes;
      await reach("in the middle of: source archive");
    }
  }
  const put: ObjectStore["put"] = (bucket, key, body, signal) =>
    archives.put(bucket, key, told(body), signal);
  return around(replace(archives, { put }), { put: "source archive" }, reach);
}

function ofLogs(logs: LogStore, reach: Reach): LogStore {
  const open: LogStore["open"] = async (key, secrets) => {
    await reach(`before log of ${key.step}: open`);
    const writer = await logs.open(key, secrets);
    await reach(`after log of ${key.step}: open`);
    return ofWriter(writer, key, reach);
  };
  return replace(logs, { open });
}

function ofWriter(writer: LogWriter, { step }: LogKey, reach: Reach): LogWriter {
  const write: LogWriter["write"] = async (piece) => {
    await writer.write(piece);
    if (textOf(piece.bytes).includes(LOG_MARK)) await reach(`in the middle of: log of ${step}`);
  };
  const labels = { seal: `log of ${step}: seal`, close: `log of ${step}: close` };
  return around(replace(writer, { write }), labels, reach);
}

function replace<Part extends object>(part: Part, methods: Partial<Part>): Part {
  return around(part, {}, async () => {}, methods);
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
