import type { AdmissionStore, Hold } from "./admission.ts";

type Holds = Awaited<ReturnType<AdmissionStore["holds"]>>;

/** Why nothing new starts, on an engine if one is named: it is held itself, or the queue as a whole is. */
export function whyClosed({ queue, engines }: Holds, engine?: string): string | undefined {
  if (queue !== undefined) return `the queue was ${queue.reason}`;
  const hold = engine === undefined ? undefined : engines.get(engine);
  return hold && `engine ${engine} was ${hold.reason}`;
}

export const HOLD_STATES = ["open", "paused", "draining", "drained"] as const;
export type HoldState = (typeof HOLD_STATES)[number];

/** `isBusy`: something still runs. */
export function stateOf(hold: Hold | undefined, isBusy: boolean): HoldState {
  if (hold === undefined) return "open";
  if (!hold.drain) return "paused";
  return isBusy ? "draining" : "drained";
}
