import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { createTestDatabase } from "../support/postgres.ts";
import { Client } from "./client.ts";
import { Fleet } from "./fleet.ts";
import { Load } from "./load.ts";
import { FAULTS, type Fault, type Orders } from "./messages.ts";
import { openCount, stuckOnes, unfinishedCount } from "./open-work.ts";
import { Pace } from "./pace.ts";
import { ServerAsProcess } from "./server-as-process.ts";
import { ServerWithin } from "./server-within.ts";
import { sessionsOf } from "./server.ts";
import { brokenRules } from "./standing-rules.ts";
import { stormEngine } from "./storm-engine.ts";
import { TakeOvers } from "./take-overs.ts";
import { judge, type Verdict } from "./verdict.ts";
import { type Blow, Weather } from "./weather.ts";

export interface StormOptions {
  readonly seed: number;
  /** No experiment begins later, however few there were. */
  readonly seconds: number;
  readonly experiments: number;
  readonly servers: number;
  /** `none`: the same load on servers that nothing happens to. */
  readonly faults: "all" | "none";
  /** Between two blows. */
  readonly everyMilliseconds: number;
  /** Servers are processes that are killed by kill -9; else they live and die within this one. */
  readonly processes?: boolean;
  readonly logLevel?: Orders["logLevel"];
  /** After it, everything must have ended. */
  readonly calmSeconds: number;
  /** The data directory stays. */
  readonly keep?: boolean;
  readonly progress?: (line: string) => void;
}

export interface Report extends Verdict {
  readonly experiments: number;
  readonly seconds: number;
  /** From the last blow to the last ending. */
  readonly calmSeconds: number;
  readonly processes: number;
  /** Of them, those that died of a signal in the storm. */
  readonly deaths: number;
  readonly blows: Readonly<Record<Blow, number>>;
  readonly faults: Readonly<Record<Fault, number>>;
  readonly asked: Readonly<Record<string, number>>;
  readonly retriedRequests: number;
  readonly takeOverMilliseconds: readonly number[];
  readonly safetyNet: Readonly<Record<string, number>>;
}

/** Experiments that are under way at one time. */
const MOST_OPEN = 120;
const LANES = 8;
const LOOK_MILLISECONDS = 50;
const RULES_MILLISECONDS = 1000;

export async function storm(options: StormOptions): Promise<Report> {
  const { seed, servers, progress = () => {} } = options;
  const database = await createTestDatabase();
  const { knex } = database;
  const dataDirectory = await mkdtemp(join(tmpdir(), "assay-storm-"));
  await mkdir(join(dataDirectory, "storm"));
  const over = new AbortController();
  const takeOvers = new TakeOvers(knex);
  const faults = Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as Record<Fault, number>;
  const safetyNet: Record<string, number> = {};
  const broken = new Set<string>();
  let deaths = 0;
  let storming = options.faults === "all";
  const engine = stormEngine(dataDirectory);
  const fleet = new Fleet({
    size: servers,
    orders: { seed, dataDirectory, faults: storming, logLevel: options.logLevel ?? "silent" },
    startServer:
      options.processes === true
        ? (orders, listener) => new ServerAsProcess(orders, listener)
        : (orders, listener) =>
            new ServerWithin(orders, listener, {
              postgres: database.connection,
              engine,
              afterDeath: (work) => track(work),
            }),
    databaseUrl: (name) => urlOf(database.connection, name),
    onMessage(server, message) {
      if (message.kind === "fault") faults[message.fault] += 1;
      if (message.kind === "frozen" && storming) weather.wakeLater(server);
      else if (message.kind === "frozen") server.wake();
      if (message.kind === "safety net") safetyNet[message.of] = (safetyNet[message.of] ?? 0) + 1;
    },
    onEnd(server, exitCode) {
      if (exitCode !== undefined) {
        trouble.push(`server ${server.number} ended by itself with exit code ${exitCode}`);
        over.abort(new Error(trouble.at(-1)));
        return;
      }
      deaths += 1;
      track(takeOvers.died(sessionsOf(server.number)));
    },
  });
  const trouble: string[] = [];
  const weather = new Weather({ seed, fleet, size: servers, knex });
  const running = new Set<Promise<void>>();
  const track = (work: Promise<void>): void => {
    const done = work
      .catch((error: unknown) => void trouble.push(String(error)))
      .finally(() => running.delete(done));
    running.add(done);
  };
  const repeat = (everyMilliseconds: number, work: () => Promise<void>): void =>
    track(
      (async () => {
        while (!over.signal.aborted) {
          await work();
          await sleep(everyMilliseconds, undefined, { signal: over.signal }).catch(() => {});
        }
      })(),
    );

  // A process that nobody watches would have ended here.
  const onRejection = (error: unknown): void => {
    broken.add(`nobody heard: ${error instanceof Error ? error.stack : String(error)}`);
  };
  process.on("unhandledRejection", onRejection);
  const started = performance.now();
  const secondsSince = (from: number): number => (performance.now() - from) / 1000;
  try {
    await fleet.start();
    const client = new Client(fleet, over.signal);
    const load = new Load(client, seed);
    await load.begin();
    repeat(LOOK_MILLISECONDS, () => takeOvers.look());
    repeat(RULES_MILLISECONDS, async () => {
      for (const rule of await brokenRules(knex, engine)) broken.add(rule);
    });
    const pace = new Pace(knex);
    if (storming)
      repeat(options.everyMilliseconds, async () => {
        if (storming && (await pace.isDue())) await weather.blow();
      });

    const open = await openCount(knex);
    let made = 0;
    let isFull = open >= MOST_OPEN;
    repeat(200, async () => {
      isFull = (await openCount(knex)) >= MOST_OPEN;
    });
    repeat(5000, async () => {
      progress(
        `${secondsSince(started).toFixed(0)} s: ${made} experiments begun, ${await openCount(knex)} open, ${deaths} deaths`,
      );
    });
    const lane = async (): Promise<void> => {
      while (
        !over.signal.aborted &&
        made < options.experiments &&
        secondsSince(started) < options.seconds
      ) {
        if (isFull) {
          await sleep(20);
          continue;
        }
        made += 1;
        await load.play(made - 1);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));

    storming = false;
    weather.end();
    fleet.calm();
    const calm = performance.now();
    await load.end();
    const isQuiet = async (): Promise<boolean> => (await unfinishedCount(knex)) === 0;
    while (!(await isQuiet()) && secondsSince(calm) < options.calmSeconds) await sleep(50);
    const calmSeconds = secondsSince(calm);
    const seconds = secondsSince(started);
    const stuck = (await isQuiet()) ? [] : await stuckOnes(knex);
    // Workloads without an attempt are removed by the sweep, which goes its rounds every six seconds.
    const orphansUntil = performance.now();
    let verdict = await judge({ knex, dataDirectory, seed, count: made });
    while (
      verdict.violations.some((violation) => violation.includes("left on the engine")) &&
      secondsSince(orphansUntil) < 15
    ) {
      await sleep(1000);
      verdict = await judge({ knex, dataDirectory, seed, count: made });
    }
    for (const rule of await brokenRules(knex, engine)) broken.add(rule);
    return {
      ...verdict,
      violations: [
        ...verdict.violations,
        ...load.refused,
        ...stuck,
        ...broken,
        ...(options.faults === "none"
          ? Object.entries(safetyNet).map(([of, times]) => `the safety net moved ${times} of ${of}`)
          : []),
        ...trouble.map((error) => `the storm itself: ${error}`),
      ],
      experiments: made,
      seconds,
      calmSeconds,
      processes: fleet.started,
      deaths,
      blows: weather.counts,
      faults,
      asked: load.asked,
      retriedRequests: client.retries,
      takeOverMilliseconds: takeOvers.milliseconds,
      safetyNet,
    };
  } finally {
    over.abort();
    await fleet.stop();
    await Promise.all(running);
    process.off("unhandledRejection", onRejection);
    if (options.keep === true) progress(`kept: ${dataDirectory}`);
    else {
      await database.drop();
      await rm(dataDirectory, { recursive: true, force: true, maxRetries: 3 });
    }
  }
}

type Connection = Awaited<ReturnType<typeof createTestDatabase>>["connection"];

/** The name in the URL wins over the one that the server gives its sessions. */
function urlOf({ host, port, user, password, database }: Connection, name: string): string {
  const query = new URLSearchParams({ host, port: String(port), application_name: name });
  return `postgresql://${user}:${encodeURIComponent(password)}@localhost/${database}?${query.toString()}`;
}
