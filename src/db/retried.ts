import { setTimeout as sleep } from "node:timers/promises";

import { codeOf } from "./caught.ts";
import { forgetPrepared, isOutdatedPlan } from "./prepared.ts";

const MOST_RETRIES = 5;
/** Those that crossed do not come back at the same moment. */
const MOST_PAUSE_MS = 50;

const SERIALIZATION_FAILURE = "40001";
const DEADLOCK_DETECTED = "40P01";

/** Does `work` again where PostgreSQL undid it for the sake of another transaction, or of a newer schema. */
export async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let retries = 0; ; retries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!wasUndone(error) || retries === MOST_RETRIES) throw error;
      if (isOutdatedPlan(error)) forgetPrepared();
      await sleep(Math.random() * MOST_PAUSE_MS);
    }
  }
}

function wasUndone(error: unknown): boolean {
  const code = codeOf(error);
  return code === SERIALIZATION_FAILURE || code === DEADLOCK_DETECTED || isOutdatedPlan(error);
}
