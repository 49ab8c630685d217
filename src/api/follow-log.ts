import { setTimeout } from "node:timers/promises";

import type { Request, Response } from "express";

import type { LogQuery } from "../contract/log.ts";
import { BadRequestError } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import type { LogRecord } from "../core/log-store.ts";
import type { Ports } from "../core/ports.ts";
import { EventStream, whileOpen } from "./event-stream.ts";
import { experimentChanges } from "./experiment-changes.ts";
import { addressOf, findLog, mayCome, startOf } from "./find-log.ts";
import { presentChange } from "./present/change.ts";
import { utf8Pieces } from "./utf8-pieces.ts";

type LogPorts = Pick<Ports, "database" | "events" | "logs">;

/** What is followed; a log that has not begun is waited for. */
export interface Followed {
  readonly experiment: Experiment;
  readonly query: LogQuery;
  readonly log: LogRecord | undefined;
}

/** Streams a log from where the client has it, and tells when its experiment changes. */
export async function followLog(
  ports: LogPorts,
  { experiment, query, log }: Followed,
  request: Request,
  response: Response,
  stopping: AbortSignal,
): Promise<void> {
  const resumed = lastEventId(request);
  const from = resumed === undefined ? query : { offset: resumed };
  const start = (log && (await startOf(ports, log, from))) ?? 0;
  if (log !== undefined) response.set("Content-Location", addressOf(log));

  const stream = new EventStream(request, response, stopping);
  const ended = new AbortController();
  const whileFollowing = AbortSignal.any([stream.signal, ended.signal]);
  await whileOpen(stream, async () => {
    const text = async (): Promise<void> => {
      await sendText(
        ports,
        log ?? (await logToCome(ports, experiment, query, stream)),
        start,
        stream,
      );
      ended.abort();
    };
    await Promise.all([text(), tellChanges(ports, experiment, stream, whileFollowing)]);
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
  const { stored, sha256 } = (log && (await ports.database.logs.get(log.id))) ?? EMPTY;
  await stream.send({ event: "end", data: { bytes: stored, sha256 } });
}

/** Of an experiment that ended without the log. */
const EMPTY = {
  stored: 0,
  sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
};

async function tellChanges(
  ports: LogPorts,
  { id }: Experiment,
  stream: EventStream,
  signal: AbortSignal,
): Promise<void> {
  const isIts = (hint: { readonly experimentId: string }): boolean => hint.experimentId === id;
  for await (const experiment of experimentChanges(ports, isIts, signal))
    await stream.send({ event: "changed", data: presentChange(experiment) });
}

/** Looks for it each second; undefined when the experiment ends without it. */
async function logToCome(
  ports: LogPorts,
  { id }: Experiment,
  query: LogQuery,
  { signal }: EventStream,
): Promise<LogRecord | undefined> {
  for (;;) {
    const experiment = await ports.database.experiments.find(id);
    if (experiment === undefined) return undefined;
    const log = await findLog(ports, experiment, query);
    if (log !== undefined || !mayCome(experiment, query)) return log;
    await setTimeout(1_000, undefined, { signal });
  }
}

function lastEventId(request: Request): number | undefined {
  const header = request.get("last-event-id")?.trim();
  if (header === undefined || header === "") return undefined;
  if (/^\d{1,15}$/.test(header)) return Number(header);
  throw new BadRequestError("Last-Event-ID is the byte offset that the stream gave as id.");
}
