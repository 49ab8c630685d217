import { setTimeout } from "node:timers/promises";

import type { Request, Response } from "express";

import { LogQuery } from "../../contract/log.ts";
import { BadRequestError, NotFoundError } from "../../core/errors.ts";
import { type Experiment, STEPS } from "../../core/experiment.ts";
import { isFinished } from "../../core/lifecycle.ts";
import type { LogRecord } from "../../core/log-store.ts";
import type { Ports } from "../../core/ports.ts";
import { EventStream, whileOpen } from "../event-stream.ts";
import { experimentChanges } from "../experiment-changes.ts";
import { experimentOf } from "../find.ts";
import type { Handlers } from "../handler.ts";
import { queryOf } from "../input.ts";
import { presentChange } from "../present/change.ts";
import { selectLog } from "../select-log.ts";
import { beyondEnd, rangeOf, sendBytes } from "../send-bytes.ts";
import { utf8Pieces } from "../utf8-pieces.ts";

type LogPorts = Pick<Ports, "database" | "events" | "logs">;

export function logRoutes(ports: LogPorts, stopping: AbortSignal): Pick<Handlers, "getLog"> {
  return {
    async getLog(request, response) {
      const query = queryOf(LogQuery, request);
      const experiment = await experimentOf(ports, request);
      const log = await findLog(ports, experiment, query);
      const follows = request.accepts(["text/plain", "text/event-stream"]) === "text/event-stream";
      if (log === undefined && !(follows && mayCome(experiment, query)))
        throw new NotFoundError(
          `${experiment.projectSlug}#${experiment.number} has no such log; it is at ${experiment.step}.`,
        );
      if (follows) await follow(ports, { experiment, query, log }, request, response, stopping);
      else if (log !== undefined) await send(ports, log, query, request, response);
    },
  };
}

async function send(
  ports: LogPorts,
  log: LogRecord,
  query: LogQuery,
  request: Request,
  response: Response,
): Promise<void> {
  const size = log.stored;
  const start = await startOf(ports, log, query);
  const range = start === undefined ? rangeOf(request, size) : undefined;
  response.type("text/plain; charset=utf-8");
  if (start === undefined) {
    const open = (part: { start: number; end: number }) => ports.logs.read(log, part);
    await sendBytes(request, response, { size, range, open });
    return;
  }
  const open = (part: { start: number; end: number }) =>
    ports.logs.read(log, { start: start + part.start, end: start + part.end });
  await sendBytes(request, response, { size: size - start, range: undefined, open });
}

/** Where to begin, as `offset` or `tail` says; undefined where neither is given. */
async function startOf(
  ports: LogPorts,
  log: LogRecord,
  { offset, tail }: LogQuery,
): Promise<number | undefined> {
  if (offset !== undefined && tail !== undefined)
    throw new BadRequestError("Name an offset or a tail, not both.");
  if (offset !== undefined && offset > log.stored) throw beyondEnd(log.stored);
  return tail === undefined ? offset : ports.logs.tailOffset(log, tail);
}

async function follow(
  ports: LogPorts,
  wanted: { experiment: Experiment; query: LogQuery; log: LogRecord | undefined },
  request: Request,
  response: Response,
  stopping: AbortSignal,
): Promise<void> {
  const { experiment, query } = wanted;
  const resumeAt = lastEventId(request);
  const start =
    wanted.log &&
    (await startOf(ports, wanted.log, resumeAt === undefined ? query : { offset: resumeAt }));

  const stream = new EventStream(request, response, stopping);
  const ended = new AbortController();
  const signal = AbortSignal.any([stream.signal, ended.signal]);
  await whileOpen(stream, async () => {
    const text = async (): Promise<void> => {
      const log = wanted.log ?? (await logToCome(ports, experiment, query, signal));
      await sendText(ports, log, start ?? 0, stream);
      ended.abort();
    };
    await Promise.all([tellChanges(ports, experiment.id, stream, signal), text()]);
  });
}

async function sendText(
  ports: LogPorts,
  log: LogRecord | undefined,
  offset: number,
  stream: EventStream,
): Promise<void> {
  const bytes = log ? ports.logs.follow(log, offset, stream.signal) : [];
  for await (const { text, end } of utf8Pieces(bytes, offset))
    await stream.send({ id: String(end), data: { text } });
  const { stored, sha256 } = (log && (await ports.database.logs.get(log.id))) ?? NOTHING;
  if (!stream.signal.aborted) await stream.send({ event: "end", data: { bytes: stored, sha256 } });
}

const NOTHING = {
  stored: 0,
  sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
};

async function tellChanges(
  ports: LogPorts,
  experimentId: string,
  stream: EventStream,
  signal: AbortSignal,
): Promise<void> {
  const isIts = (hint: { experimentId: string }): boolean => hint.experimentId === experimentId;
  for await (const experiment of experimentChanges(ports, isIts, signal))
    await stream.send({ event: "changed", data: presentChange(experiment) });
}

/** Waits for a log that its step has not begun yet; undefined when the experiment ends without it. */
async function logToCome(
  ports: LogPorts,
  { id }: Experiment,
  query: LogQuery,
  signal: AbortSignal,
): Promise<LogRecord | undefined> {
  for (;;) {
    const experiment = await ports.database.experiments.find(id);
    if (experiment === undefined) return undefined;
    const log = await findLog(ports, experiment, query);
    if (log !== undefined || !mayCome(experiment, query)) return log;
    await setTimeout(1_000, undefined, { signal });
  }
}

async function findLog(
  { database }: LogPorts,
  { id }: Experiment,
  query: LogQuery,
): Promise<LogRecord | undefined> {
  const [logs, runs] = await Promise.all([
    database.logs.ofExperiment(id),
    database.runs.ofExperiment(id),
  ]);
  return selectLog(logs, runs, query);
}

function mayCome(experiment: Experiment, { step }: LogQuery): boolean {
  if (isFinished(experiment)) return false;
  return step === undefined || STEPS.indexOf(step) >= STEPS.indexOf(experiment.step);
}

function lastEventId(request: Request): number | undefined {
  const header = request.get("last-event-id")?.trim();
  if (header === undefined || header === "") return undefined;
  if (/^\d{1,15}$/.test(header)) return Number(header);
  throw new BadRequestError("Last-Event-ID is the byte offset that the stream gave as id.");
}
