import type { Readable } from "node:stream";

import type Dockerode from "dockerode";

import { EngineUnreachableError } from "../../core/errors.ts";
import { askStream } from "./ask.ts";
import { toEngineError } from "./errors.ts";
import { LABEL, labelled } from "./labels.ts";

/**
 * One hint when Docker tells its events, then one for each. `onEvent` hears first of which container: at its "die" the
 * listing still says that it runs (20.10), for a few milliseconds or a slow disk's more.
 */
export async function* watchEvents(
  docker: Dockerode,
  { installation, onEvent }: WatchOptions,
  signal: AbortSignal,
): AsyncGenerator<void, void, undefined> {
  let events: Readable | undefined;
  try {
    events = await askStream(
      (abortSignal) => docker.getEvents(wanted(installation, abortSignal)),
      signal,
    );
    yield;
    for await (const line of lines(events)) {
      onEvent(containerOf(JSON.parse(line)));
      yield;
    }
  } catch (error) {
    if (signal.aborted) return;
    throw toEngineError(error);
  } finally {
    events?.destroy();
  }
  if (signal.aborted) return;
  throw new EngineUnreachableError("Docker ended the stream of its events.");
}

export interface WatchOptions {
  readonly installation: string;
  readonly onEvent: (containerId: string) => void;
}

/** Not by node:readline, which waits for ever where the stream breaks while nobody reads. */
async function* lines(stream: Readable): AsyncGenerator<string, void, undefined> {
  let unfinished = "";
  for await (const chunk of stream.setEncoding("utf8")) {
    const [first = "", ...others] = String(chunk).split("\n");
    const whole = [unfinished + first, ...others];
    unfinished = whole.pop() ?? "";
    yield* whole;
  }
}

/** One JSON object a line. */
function containerOf(event: { readonly Actor?: { readonly ID?: string } }): string {
  return event.Actor?.ID ?? "";
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
