import type { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";

import type { LogPiece, LogPosition } from "../../core/engine.ts";
import { WorkloadGoneError } from "../../core/errors.ts";
import { drop } from "../drop.ts";
import { askStream } from "./ask.ts";
import { demultiplex } from "./demultiplex.ts";
import { toEngineError } from "./errors.ts";
import { inspectState } from "./listing.ts";
import { logOrigin } from "./log-origin.ts";
import type { LogSource } from "./log-source.ts";

/**
 * A container's output until it has ended and all was read. Of one that is only made, by attaching before it starts:
 * exact and live, `\r` included (the stored log gives a line only when it ends). Of any other, from the stored log's
 * start, dropping what was read before: byte for byte the same in every trial, where asking by time may lose lines.
 */
export async function* containerLogs(
  source: LogSource,
  from: LogPosition,
): AsyncGenerator<LogPiece, void, undefined> {
  let given = { ...from };
  let askedAt = -Infinity;
  try {
    for (;;) {
      const { origin } = given;
      const { pieces, isWhole, begins } = await open(source, given);
      if (begins !== undefined && begins !== origin) {
        given =
          origin === undefined ? { ...given, origin: begins } : { ...NOTHING, origin: begins };
        yield { ...EMPTY, origin: begins };
      }
      for await (const piece of pieces) {
        given[piece.stream] += piece.bytes.length;
        yield piece;
        if (given.origin !== undefined || performance.now() - askedAt < ORIGIN_AGAIN_MS) continue;
        askedAt = performance.now();
        given.origin = await logOrigin(source);
        if (given.origin !== undefined) yield { ...EMPTY, origin: given.origin };
      }
      if ((await hasEnded(source)) && isWhole) return;
    }
  } catch (error) {
    source.signal.throwIfAborted();
    throw toEngineError(error);
  }
}

const NOTHING = { stdout: 0, stderr: 0 } as const;
const EMPTY = { stream: "stdout", bytes: new Uint8Array() } as const;
/** Docker stores a line when it ends: the first one may take long. */
const ORIGIN_AGAIN_MS = 1000;

interface Output {
  readonly pieces: AsyncIterable<LogPiece>;
  /** Read to its end, it lacks nothing of a container that has ended by then. */
  readonly isWhole: boolean;
  /** Of a stored log that is not empty. */
  readonly begins: string | undefined;
}

async function open(source: LogSource, given: LogPosition): Promise<Output> {
  let state = await stateOf(source);
  if (state?.kind === "prepared") {
    const live = await attach(source);
    state = await stateOf(source);
    // Not started after the attach means that the attachment sees everything.
    if (state?.kind === "prepared")
      return {
        pieces: demultiplex(endedByRemoval(source, live)),
        isWhole: true,
        begins: undefined,
      };
    live.destroy();
  }
  if (state === undefined)
    throw new WorkloadGoneError("The run's container is not on the engine any more.");
  // Followed up to a container's end, the stored log lacks its last unfinished line in two trials of five (20.10): it
  // is whole where the container had ended before.
  const begins = await logOrigin(source);
  const isCut = begins !== undefined && given.origin !== undefined && begins !== given.origin;
  const pieces = drop(demultiplex(await storedLog(source)), isCut ? NOTHING : given);
  return { pieces, isWhole: state.kind === "exited", begins };
}

async function attach({ docker, container, signal }: LogSource): Promise<Readable> {
  const what = { stream: true, stdout: true, stderr: true };
  return askStream(
    (abortSignal) => docker.getContainer(container).attach({ ...what, abortSignal }),
    signal,
  );
}

async function storedLog({ docker, container, signal }: LogSource): Promise<Readable> {
  return askStream(
    (abortSignal) =>
      docker
        .getContainer(container)
        .logs({ follow: true, stdout: true, stderr: true, abortSignal }),
    signal,
  );
}

/** Docker never ends the attachment to a container that is removed before it has started. */
async function* endedByRemoval(source: LogSource, live: Readable): AsyncGenerator<Uint8Array> {
  const read = new AbortController();
  let isRemoved = false;
  const watch = async (): Promise<void> => {
    let state = await stateOf(source);
    for (; state?.kind === "prepared"; state = await stateOf(source))
      await setTimeout(1000, undefined, { signal: read.signal });
    if (state !== undefined) return;
    isRemoved = true;
    live.destroy();
  };
  // Where the daemon cannot be asked, the attachment itself ends.
  const watching = watch().catch(() => {});
  try {
    for await (const chunk of live) yield chunk;
  } catch (error) {
    if (!isRemoved) throw error;
  } finally {
    read.abort();
    await watching;
  }
}

/** Output ends some milliseconds before its container does. */
async function hasEnded(source: LogSource): Promise<boolean> {
  for (let waited = 0, pause = 10; waited < 2000; waited += pause, pause *= 2) {
    const state = await stateOf(source);
    if (state === undefined || state.kind === "exited") return true;
    await setTimeout(pause, undefined, { signal: source.signal });
  }
  return false;
}

const stateOf = ({ docker, container, signal }: LogSource): ReturnType<typeof inspectState> =>
  inspectState(docker, container, signal);
