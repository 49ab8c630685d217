import { ExperimentAnswer, type ExperimentItem } from "../contract/experiment.ts";
import { LogText } from "../contract/log.ts";
import { ROUTES } from "../contract/routes.ts";
import type { Client, Request } from "./client.ts";
import { Refused } from "./exit.ts";
import { isFinished } from "./outcome.ts";
import { serverEvents } from "./server-events.ts";

type Step = ExperimentItem["step"];

/** Which logs are followed. */
export interface Trail {
  readonly steps: readonly Step[];
  readonly run?: string | undefined;
  readonly replica?: string | undefined;
  /** One alone; else each attempt after the other. */
  readonly attempt?: number | undefined;
  /** Lines of the first log to begin with; else all. */
  readonly tail?: number | undefined;
}

/**
 * The text of an experiment's logs as it comes, from step to step and from attempt to attempt. One that is not there,
 * and comes no more, is left out.
 */
export async function* logTrail(
  client: Client,
  experiment: ExperimentItem,
  trail: Trail,
): AsyncGenerator<string> {
  let tail = trail.tail;
  for (const step of trail.steps) {
    let attempt =
      step === "Running" ? (trail.attempt ?? attemptOf(experiment, trail.run)) : undefined;
    for (;;) {
      yield* oneLog(client, experiment.id, { ...trail, step, attempt, tail });
      tail = undefined;
      if (attempt === undefined || trail.attempt !== undefined) break;
      const now = await find(client, experiment.id);
      if (isFinished(now) && attemptOf(now, trail.run) <= attempt) break;
      if (now.step !== "Running" && attemptOf(now, trail.run) <= attempt) break;
      attempt += 1;
    }
  }
}

interface OneLog extends Omit<Trail, "steps"> {
  readonly step: Step;
}

async function* oneLog(client: Client, id: string, log: OneLog): AsyncGenerator<string> {
  const { step, run, replica, attempt, tail } = log;
  const left = new AbortController();
  const request = {
    path: { id },
    query: { step, run, replica, attempt, tail },
    signal: left.signal,
  };
  let isThere = false;
  try {
    for await (const { event, data } of serverEvents(client, ROUTES.getLog, request)) {
      if (event === "message") {
        isThere = true;
        yield LogText.parse(JSON.parse(data)).text;
      } else if (event === "changed" && !isThere && attempt !== undefined) {
        // An attempt that was lost before it began has no log, and a later one does not wait for it.
        if (attemptOf(await find(client, id), run) <= attempt) continue;
        left.abort();
        yield* whatIsKept(client, { ...request, signal: undefined });
        return;
      }
    }
  } catch (error) {
    if (isThere || !(error instanceof Refused) || error.status !== 404) throw error;
  } finally {
    left.abort();
  }
}

/** The whole log of an attempt that is over. */
async function* whatIsKept(client: Client, request: Request): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const bytes of client.bytes(await client.open(ROUTES.getLog, request)))
    yield decoder.decode(bytes, { stream: true });
}

const find = (client: Client, id: string): Promise<ExperimentAnswer> =>
  client.call(ROUTES.getExperiment, ExperimentAnswer, { path: { id } });

/** The attempt that the run is at, or will begin with. */
function attemptOf({ runs }: ExperimentItem, wanted: string | undefined): number {
  const run =
    wanted === undefined
      ? runs.at(-1)
      : runs.find(({ id, name }) => id === wanted || name === wanted);
  return Math.max(1, run?.attempt ?? 1);
}
