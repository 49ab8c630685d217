import { Readable } from "node:stream";

import { statusOf, toEngineError } from "./errors.ts";

/** How long Docker may take for an answer before it counts as not answering. */
const ANSWER_SECONDS = 120;

/** One request to Docker. A daemon that hangs is as good as one that is away: EngineUnreachableError. */
export async function ask<T>(
  request: (abortSignal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  signal?.throwIfAborted();
  const timeout = AbortSignal.timeout(ANSWER_SECONDS * 1000);
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  try {
    // Not every call of dockerode takes a signal, so the wait for it ends here.
    return await Promise.race([request(either), abortOf(either)]);
  } catch (error) {
    signal?.throwIfAborted();
    throw toEngineError(error);
  }
}

/** For what may be there no more: undefined where Docker says that it is not. */
export async function askFor<T>(
  request: (abortSignal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T | undefined> {
  try {
    return await ask(request, signal);
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** For what may be done already: these statuses say that it is. */
export async function askUnless(
  alreadyDone: readonly number[],
  request: (abortSignal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  try {
    await ask(request);
  } catch (error) {
    if (!alreadyDone.includes(statusOf(error) ?? 0)) throw error;
  }
}

/** A stream that lives as long as the signal allows; only its opening is bounded. */
export async function askStream(
  open: (abortSignal: AbortSignal) => Promise<NodeJS.ReadableStream>,
  signal: AbortSignal,
): Promise<Readable> {
  signal.throwIfAborted();
  const opening = new AbortController();
  const timer = setTimeout(() => opening.abort(), ANSWER_SECONDS * 1000);
  try {
    const stream = await open(AbortSignal.any([signal, opening.signal]));
    if (stream instanceof Readable) return stream;
    throw new TypeError("dockerode gave no stream.");
  } catch (error) {
    signal.throwIfAborted();
    throw toEngineError(error);
  } finally {
    clearTimeout(timer);
  }
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
