import type Dockerode from "dockerode";

import { EngineUnreachableError } from "../../core/errors.ts";
import { askStream } from "./ask.ts";
import { toEngineError } from "./errors.ts";
import { LABEL, labelled } from "./labels.ts";

/** One hint when Docker tells its events, then one for whatever arrives. */
export async function* watchEvents(
  docker: Dockerode,
  installation: string,
  signal: AbortSignal,
): AsyncGenerator<void, void, undefined> {
  try {
    const events = await askStream(
      (abortSignal) => docker.getEvents(wanted(installation, abortSignal)),
      signal,
    );
    yield;
    for await (const _ of events) yield;
  } catch (error) {
    if (signal.aborted) return;
    throw toEngineError(error);
  }
  if (signal.aborted) return;
  throw new EngineUnreachableError("Docker ended the stream of its events.");
}

function wanted(installation: string, abortSignal: AbortSignal): Dockerode.GetEventsOptions {
  const filters = {
    ...labelled({ [LABEL.installation]: installation }),
    type: ["container"],
    event: ["start", "die", "oom", "destroy"],
  };
  // Docker answers a moment before it listens: what happens in between is among the last second's.
  const since = Math.floor(Date.now() / 1000) - 1;
  return { since, filters: JSON.stringify(filters), abortSignal };
}
