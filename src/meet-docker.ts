import { setTimeout as sleep } from "node:timers/promises";

import { EngineUnreachableError } from "./core/errors.ts";
import type { Logger } from "./core/logger.ts";

const ASK_AGAIN_MS = 2000;

/**
 * Does once what needs Docker's answers; throws what they say. Where Docker does not answer, the server goes on without
 * it and asks until it does: after a reboot Docker may be the later one. Answers how to stop asking.
 */
export async function meetDocker(
  meet: () => Promise<void>,
  log: Logger,
): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  let asking: Promise<void> | undefined;
  try {
    await meet();
  } catch (error) {
    if (!(error instanceof EngineUnreachableError)) throw error;
    log.warn({ error }, "Docker does not answer: what needs it waits until it does");
    asking = askAgain(meet, log, stopping.signal);
  }
  return async () => {
    stopping.abort();
    await asking;
  };
}

async function askAgain(
  meet: () => Promise<void>,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await sleep(ASK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      await meet();
      log.info({}, "Docker answers now");
      return;
    } catch (error) {
      if (error instanceof EngineUnreachableError) continue;
      log.error({ error }, "Docker answers now, but cannot be used as it is");
      return;
    }
  }
}
