import { expect, test } from "@jest/globals";

import type { QueueingRun, Snapshot } from "../../src/core/admission.ts";
import { admit } from "../../src/core/admit.ts";
import type { Machine } from "../../src/core/engine.ts";
import { fit, take, whole } from "../../src/core/placement.ts";
import { RESERVE_AFTER_SECONDS } from "../../src/core/reserve-runs.ts";
import type { ReservedReplica } from "../../src/core/run.ts";
import { SECONDS_PER_POINT } from "../../src/core/turn.ts";
import { seededRandom } from "./seeded-random.ts";

const GIB = 2 ** 30;
/** One look of the scheduler each so many seconds of the simulated time. */
const ROUND_SECONDS = 60;
const LONGEST_SECONDS = 10 * ROUND_SECONDS;

const MACHINES: readonly Machine[] = ["one", "two", "three"].map((name, index) => ({
  name,
  cpus: 16,
  memoryBytes: 64 * GIB,
  devices: Array.from({ length: index === 2 ? 0 : 4 }, (_, device) => ({
    id: `${name}-${device}`,
    product: "A100",
    aliases: [],
  })),
}));

interface Waiting {
  readonly kind: Kind;
  readonly run: Omit<QueueingRun, "waitedSeconds" | "queuedSeconds">;
  readonly since: number;
  readonly lastsSeconds: number;
}
interface Going {
  readonly reservation: readonly ReservedReplica[];
  readonly until: number;
}
interface Started {
  readonly id: string;
  readonly kind: Kind;
  readonly waitedSeconds: number;
}

/** What comes in a round, as chance and what waits already will have it. */
type Arrivals = (round: number, waiting: number) => readonly Kind[];
type Kind = "any" | "urgent" | "large" | "patient";

/** Runs arrive for so many rounds, and then none until all have begun. */
function simulate(seed: number, rounds: number, arrivals: Arrivals) {
  const random = seededRandom(seed);
  const started: Started[] = [];
  let waiting: readonly Waiting[] = [];
  let going: readonly Going[] = [];
  let made = 0;
  let idle = 0;
  for (let round = 0; round < rounds || waiting.length > 0; round += 1) {
    const now = round * ROUND_SECONDS;
    const kinds = round < rounds ? arrivals(round, waiting.length) : [];
    waiting = [...waiting, ...kinds.map((kind) => arrival(random, kind, (made += 1), now))];
    going = going.filter(({ until }) => until > now);

    const given = snapshot(waiting, going, now);
    const { reserved, queued } = admit(given);
    const places = new Map(reserved.map((each) => [each.runId, each.reservation]));
    for (const { run, since, kind, lastsSeconds } of waiting) {
      const reservation = places.get(run.id);
      if (reservation === undefined) continue;
      going = [...going, { reservation, until: now + lastsSeconds }];
      started.push({ id: run.id, kind, waitedSeconds: now - since });
    }
    waiting = waiting.filter(({ run }) => !places.has(run.id));
    requireRoom(going);
    if (queued.length !== waiting.length) throw new Error("somebody who waits is told nothing");
    idle += idleWithoutReason(given, going, queued);
    if (round > rounds * 2) throw new Error(`${waiting.length} runs never began`);
  }
  return { started, made, idle };
}

function arrival(
  random: ReturnType<typeof seededRandom>,
  kind: Kind,
  made: number,
  now: number,
): Waiting {
  const large = kind === "large" || (kind === "any" && random.below(25) === 0);
  const gpus = large ? 4 : random.pick([0, 0, 1, 1, 2]);
  const replicas = large ? 2 : 1;
  const resources = {
    cpus: large ? 12 : random.pick([1, 2, 4]),
    cpuLimit: 16,
    memoryBytes: random.pick([1, 4, 8]) * GIB,
    shmBytes: 0,
    gpu: gpus === 0 ? undefined : { count: gpus, type: "gpu", product: "A100" },
  };
  return {
    kind,
    since: now,
    lastsSeconds: (1 + random.below(LONGEST_SECONDS / ROUND_SECONDS)) * ROUND_SECONDS,
    run: {
      id: String(made),
      attemptId: `attempt of ${made}`,
      experimentId: `experiment of ${made}`,
      engine: "lab",
      sequence: made,
      priority: PRIORITY[kind] ?? random.pick([10, 50, 50, 50, 90]),
      replicas: Array.from({ length: replicas }, (_, index) => ({
        name: `worker-${index}`,
        resources,
      })),
    },
  };
}

const PRIORITY: Readonly<Partial<Record<Kind, number>>> = { urgent: 1, large: 50, patient: 99 };

function snapshot(waiting: readonly Waiting[], going: readonly Going[], now: number): Snapshot {
  const reservations = going.flatMap(({ reservation }) => reservation);
  return {
    closed: undefined,
    maxActive: undefined,
    active: 0,
    projects: [],
    groups: [],
    waiting: [],
    queueing: waiting.map(({ run, since }) => ({
      ...run,
      waitedSeconds: now - since,
      queuedSeconds: now - since,
    })),
    engines: [{ name: "lab", machines: MACHINES, closed: undefined, reservations }],
  };
}

function requireRoom(going: readonly Going[]): void {
  const all = going.flatMap(({ reservation }) => reservation);
  const devices = all.flatMap((each) => each.devices);
  const left = take(whole(MACHINES), all);
  if (new Set(devices).size < devices.length) throw new Error("a device was given out twice");
  if (left.some(({ cpus, memoryBytes }) => cpus < 0 || memoryBytes < 0))
    throw new Error("more was given out than there is");
}

/** How many stay although there is room for them, and are not told for whom it is kept. */
function idleWithoutReason(
  { queueing }: Snapshot,
  going: readonly Going[],
  queued: ReturnType<typeof admit>["queued"],
): number {
  const free = take(
    whole(MACHINES),
    going.flatMap(({ reservation }) => reservation),
  );
  const reasons = new Map(queued.map(({ runId, reason }) => [runId, reason]));
  return queueing.filter((run) => {
    const reason = reasons.get(run.id);
    if (reason === undefined || fit(run, free) === undefined) return false;
    return !reason.startsWith("engine lab keeps room for an earlier run that ");
  }).length;
}

/** Sometimes more than there is room for, sometimes less. */
const byChance = (seed: number): Arrivals => {
  const random = seededRandom(seed);
  return (round) =>
    Array.from({ length: random.below(round % 400 < 200 ? 4 : 2) }, () => "any" as const);
};

test.each([1, 2])(
  "every run begins, and room is left empty only for one that is named (seed %i)",
  (seed) => {
    const { started, made, idle } = simulate(seed, 2000, byChance(seed));

    expect(made).toBeGreaterThan(1500);
    expect(new Set(started.map(({ id }) => id)).size).toBe(made);
    expect(idle).toBe(0);
  },
  60_000,
);

/** As many urgent ones as are needed for some to be waiting at all times; and one other. */
const flood =
  (other: Kind): Arrivals =>
  (round, waiting) =>
    round === 100
      ? [other]
      : Array.from({ length: Math.max(0, 12 - waiting) }, () =>
          other === "large" ? "any" : "urgent",
        );

test("a large run begins although small ones of its kind keep coming", () => {
  const { started } = simulate(7, 400, flood("large"));
  const large = started.find(({ kind }) => kind === "large");

  // It is passed for a while, and then waits for what is there to end; other large ones may come before it.
  const bound = RESERVE_AFTER_SECONDS + 6 * LONGEST_SECONDS;
  expect(large?.waitedSeconds).toBeLessThanOrEqual(bound);
});

test("the least urgent run begins although urgent ones keep coming", () => {
  const behind = 98 * SECONDS_PER_POINT;
  const { started } = simulate(7, 100 + (2 * behind) / ROUND_SECONDS, flood("patient"));
  const patient = started.find(({ kind }) => kind === "patient");

  // After a day, all that come stand behind it: then it waits for room at most.
  expect(patient?.waitedSeconds).toBeLessThanOrEqual(
    behind + RESERVE_AFTER_SECONDS + LONGEST_SECONDS,
  );
});

test("the same seed gives the same history", () => {
  const of = (seed: number) => simulate(seed, 300, byChance(seed));

  expect(of(5)).toEqual(of(5));
  expect(of(5)).not.toEqual(of(6));
});
