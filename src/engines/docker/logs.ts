import type { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";

import type Dockerode from "dockerode";

import type { LogPiece } from "../../core/engine.ts";
import { WorkloadGoneError } from "../../core/errors.ts";
import { drop } from "../drop.ts";
import { askStream } from "./ask.ts";
import { demultiplex } from "./demultiplex.ts";
import { toEngineError } from "./errors.ts";
import { inspectState } from "./listing.ts";

export interface LogSource {
  readonly docker: Dockerode;
  readonly container: string;
  readonly signal: AbortSignal;
}

/**
 * A container's output until it has ended and all was read. Of one that is only made, by attaching before it starts:
 * exact and live, `\r` included (the stored log gives a line only when it ends). Of any other, from the stored log's
 * start, dropping what was read before: byte for byte the same in every trial, where asking by time may lose lines.
 */
export async function* containerLogs(
  source: LogSource,
  skip: { readonly stdout: number; readonly stderr: number },
): AsyncGenerator<LogPiece, void, undefined> {
  const given = { ...skip };
  try {
    for (;;) {
      const { pieces, isWhole } = await open(source, given);
      for await (const piece of pieces) {
        given[piece.stream] += piece.bytes.length;
        yield piece;
      }
      if ((await hasEnded(source)) && isWhole) return;
    }
  } catch (error) {
    source.signal.throwIfAborted();
    throw toEngineError(error);
  }
}

/** Whole is what, read to its end, lacks nothing of a container that has ended by then. */
interface Output {
  readonly pieces: AsyncIterable<LogPiece>;
  readonly isWhole: boolean;
}

async function open(
  source: LogSource,
  given: { readonly stdout: number; readonly stderr: number },
): Promise<Output> {
  let state = await stateOf(source);
  if (state?.kind === "prepared") {
    const live = await attach(source);
    state = await stateOf(source);
    // Not started after the attach means that the attachment sees everything.
    if (state?.kind === "prepared")
      return { pieces: demultiplex(endedByRemoval(source, live)), isWhole: true };
    live.destroy();
  }
  if (state === undefined)
    throw new WorkloadGoneError("The run's container is not on the engine any more.");
  // Followed up to a container's end, the stored log lacks its last unfinished line in two trials of five (20.10): it
  // is whole where the container had ended before.
  const pieces = drop(demultiplex(await storedLog(source)), given);
  return { pieces, isWhole: state.kind === "exited" };
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
