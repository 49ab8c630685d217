import type { Request, Response } from "express";

import { LogQuery } from "../../contract/log.ts";
import { GoneError } from "../../core/errors.ts";
import type { Experiment } from "../../core/experiment.ts";
import type { LogRecord } from "../../core/log-store.ts";
import type { Ports } from "../../core/ports.ts";
import { addressOf, findLog, mayCome, noSuchLog, startOf } from "../find-log.ts";
import { experimentOf } from "../find.ts";
import { followLog } from "../follow-log.ts";
import type { Handlers } from "../handler.ts";
import { queryOf } from "../input.ts";
import { rangeOf, sendBytes } from "../send-bytes.ts";

type LogPorts = Pick<Ports, "database" | "events" | "logs">;

export function logRoutes(ports: LogPorts, stopping: AbortSignal): Pick<Handlers, "getLog"> {
  return {
    async getLog(request, response) {
      const query = queryOf(LogQuery, request);
      const experiment = await experimentOf(ports, request);
      const log = await findLog(ports, experiment, query);
      if (log !== undefined) refuseRemoved(experiment);
      const follows = request.accepts(["text/plain", "text/event-stream"]) === "text/event-stream";
      if (follows && (log !== undefined || mayCome(experiment, query)))
        await followLog(ports, { experiment, query, log }, request, response, stopping);
      else if (log !== undefined) await sendLog(ports, log, query, request, response);
      else throw await noSuchLog(ports, experiment);
    },
  };
}

const DAY_MS = 86_400_000;

function refuseRemoved({ logsRemovedAt, finishedAt }: Experiment): void {
  if (logsRemovedAt === undefined) return;
  const days = Math.floor(
    (logsRemovedAt.getTime() - (finishedAt ?? logsRemovedAt).getTime()) / DAY_MS,
  );
  throw new GoneError(`This log was removed after ${days} days (KEEP_LOGS_DAYS).`);
}

/** The text from `offset` or `tail` on; without these, all of it or the range that a header asks for. */
async function sendLog(
  ports: LogPorts,
  log: LogRecord,
  query: LogQuery,
  request: Request,
  response: Response,
): Promise<void> {
  const begin = await startOf(ports, log, query);
  const from = begin ?? 0;
  const size = log.stored - from;
  const range = begin === undefined ? rangeOf(request, size) : undefined;
  response.type("text/plain; charset=utf-8").set("Content-Location", addressOf(log));
  await sendBytes(request, response, {
    size,
    range,
    open: ({ start, end }) => ports.logs.read(log, { start: from + start, end: from + end }),
  });
}
