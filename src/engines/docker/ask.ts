import { Readable } from "node:stream";

import { EngineUnreachableError } from "../../core/errors.ts";
import { statusOf, toEngineError } from "./errors.ts";

/** How long Docker may take for an answer before it counts as not answering. */
const ANSWER_SECONDS = 120;

/** One request to Docker. A daemon that hangs is as good as one that is away: EngineUnreachableError. */
export async function ask<T>(
  request: (abortSignal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  signal?.throwIfAborted();
  const either = new AbortController();
  const giveUp = (): void => either.abort(signal?.reason);
  const timer = setTimeout(() => either.abort(tooLong()), ANSWER_SECONDS * 1000);
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    // Not every call of dockerode takes a signal, so the wait for it ends here.
    return await Promise.race([request(either.signal), abortOf(either.signal)]);
  } catch (error) {
    signal?.throwIfAborted();
    throw toEngineError(error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
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
  const timer = setTimeout(() => opening.abort(tooLong()), ANSWER_SECONDS * 1000);
  const either = AbortSignal.any([signal, opening.signal]);
  try {
    const stream = await Promise.race([open(either), abortOf(either)]);
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

function tooLong(): Error {
  return new EngineUnreachableError(`Docker gave no answer within ${ANSWER_SECONDS} seconds.`);
}
