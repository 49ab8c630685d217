import { PostgresInvariantStore } from "../../src/db/invariants.ts";
import { brokenInvariants } from "../../src/pipeline/invariants.ts";
import { finished, logOf, repositoryFiles } from "./experiments.ts";
import { createWorkingCopy, type WorkingCopy } from "./git.ts";
import { Installation } from "./installation.ts";
import { BUILD_MARK } from "./killable/points.ts";
import type { ServerProcess } from "./server-process.ts";
import { waitFor } from "./wait-for.ts";

/**
 * `kill` is kill -9. `pause` is SIGSTOP until another server has finished everything, then SIGCONT. `doze` is SIGSTOP
 * until its lease is over, then SIGCONT: both servers go on at the same moment.
 */
export const FAULTS = ["kill", "pause", "doze"] as const;
export type Fault = (typeof FAULTS)[number];

/** How an experiment came out whose server met a fault. */
export interface Ending {
  readonly status: string;
  /** How often the program was started: it counts itself. */
  readonly starts: number;
  readonly log: string;
  readonly containers: number;
  readonly experiments: number;
  readonly unfinishedJobs: number;
  /** Names of what must always hold and does not. */
  readonly broken: readonly string[];
}

export interface Trial {
  readonly ending: Ending;
  /** From the second server's listening to the first thing it did; undefined where nothing was left to do. */
  readonly takeOverSeconds: number | undefined;
}

export const WHOLE: Ending = {
  status: "Succeeded",
  starts: 1,
  log: ["line 1", "line 2", "line 3", "line 4", "line 5", ""].join("\n"),
  containers: 0,
  experiments: 1,
  unfinishedJobs: 0,
  broken: [],
};

const COMMAND =
  "echo started >> $ASSAY_OUTPUT_PATH/starts; for i in 1 2 3 4 5; do echo line $i; sleep 0.1; done";
const files = repositoryFiles(COMMAND);
const FILES = {
  ...files,
  Dockerfile: `${files["Dockerfile"]}RUN echo ${BUILD_MARK}\n`,
};

/** Pushes one experiment to a server that meets the fault at the point, and lets a second server go on. */
export async function tryFault(point: string, fault: Fault): Promise<Trial> {
  const installation = await Installation.create();
  try {
    const first = await installation.startKillable();
    const copy = await projectOf(first);
    await first.holdAt(point);
    const pushing = push(copy);
    await first.isHeld();
    if (fault === "kill") await first.kill();
    else first.signal("SIGSTOP");

    const second = await installation.startKillable();
    const listening = Date.now();
    const takesOver = firstPoint(second, listening);
    await pushing.again(second);
    if (fault === "doze") await overdue(installation);
    if (fault === "doze") first.thaw();
    await finished(second, "digits#1", 120);
    if (fault === "pause") first.thaw();
    if (fault !== "kill") await atRest(installation, first, second);
    const ending = await endingOf(installation, second);
    await second.stop();
    return { ending, takeOverSeconds: await takesOver };
  } finally {
    await installation.remove();
  }
}

/** All points that a push meets on its way, without any fault. */
export async function pointsOfPush(): Promise<{
  readonly points: readonly string[];
  readonly ending: Ending;
}> {
  const installation = await Installation.create();
  try {
    const server = await installation.startKillable();
    const pushing = push(await projectOf(server));
    await finished(server, "digits#1");
    await pushing.again(server);
    return { points: [...new Set(server.points)], ending: await endingOf(installation, server) };
  } finally {
    await installation.remove();
  }
}

interface Pushing {
  /** Where the push broke off, it is done again; whether it was stored or not, git knows. */
  readonly again: (server: ServerProcess) => Promise<void>;
}

async function projectOf(server: ServerProcess): Promise<WorkingCopy> {
  const request = { name: "digits", forge: "builtin" };
  const { body } = await server.call("POST", "/api/v1/projects", request);
  const copy = await createWorkingCopy(body.gitUrl, server.token);
  await copy.commit("the beginning", FILES);
  await copy.push();
  await copy.commit("exp: one");
  return copy;
}

function push(copy: WorkingCopy): Pushing {
  const pushed = copy.push().then(
    () => true,
    () => false,
  );
  return { again: (next) => pushAgain(copy, pushed, next) };
}

async function pushAgain(
  copy: WorkingCopy,
  pushed: Promise<boolean>,
  server: ServerProcess,
): Promise<void> {
  const isFrozen = new Promise<boolean>((resolve) => setTimeout(resolve, 1000, false));
  if (!(await Promise.race([pushed, isFrozen]))) {
    await copy.git("remote", "set-url", "origin", `${server.url}/git/digits.git`);
    await copy.push();
  }
  await copy.remove();
}

async function firstPoint(server: ServerProcess, since: number): Promise<number | undefined> {
  return waitFor("anything", () => server.points.length > 0, 60).then(
    () => (Date.now() - since) / 1000,
    () => undefined,
  );
}

/** The server that sleeps is held for dead. */
async function overdue({ database }: Installation): Promise<void> {
  await waitFor("the first server's lease to end", async () => {
    const [row] = await database.knex("instances").count();
    return Number(row?.["count"]) === 1;
  });
}

/** The server that slept has registered again, answers, and stops in order. */
async function atRest(
  { database }: Installation,
  first: ServerProcess,
  second: ServerProcess,
): Promise<void> {
  await waitFor("both servers to be registered", async () => {
    const [row] = await database.knex("instances").count();
    return Number(row?.["count"]) === 2;
  });
  await waitFor("the first server to answer", () =>
    first.call("GET", "/readyz").then(({ status }) => status === 200),
  );
  const exitCode = await first.stop();
  if (exitCode !== 0)
    throw new Error(`the server that slept ended with ${exitCode}: ${first.errors}`);
  await second.call("GET", "/readyz");
}

/** What a server that slept still made of an attempt that was over goes with the sweep's next round; what stays is counted. */
async function untilSwept(installation: Installation): Promise<void> {
  const isEmpty = async () => (await installation.containers()).length === 0;
  await waitFor("the sweep", isEmpty).catch(() => undefined);
}

async function endingOf(installation: Installation, server: ServerProcess): Promise<Ending> {
  const { body } = await server.call("GET", "/api/v1/experiments/digits%231");
  const starts = await installation.output("digits", body.id, "starts");
  const { database } = installation;
  const invariants = new PostgresInvariantStore(database.knex);
  const count = async (table: string): Promise<number> =>
    Number((await database.knex(table).count())[0]?.["count"]);
  await untilSwept(installation);
  return {
    status: body.status,
    starts: starts.split("\n").length - 1,
    log: await logOf(server, "digits#1"),
    containers: (await installation.containers()).length,
    experiments: await count("experiments"),
    unfinishedJobs: await count("jobs"),
    broken: (await brokenInvariants({ invariants })).map(({ name }) => name),
  };
}
