import { useSyncExternalStore } from "react";

import { formatAgo, formatDuration } from "../format.ts";

interface Span {
  readonly from: string | null;
  readonly to: string | null;
}

/** Exact, and ticking until it has ended. */
export function Duration({ from, to }: Span) {
  const now = useNow(from !== null && to === null);
  if (from === null) return null;
  const end = to === null ? now : Date.parse(to);
  return <span className="whitespace-nowrap">{formatDuration(end - Date.parse(from))}</span>;
}

/** How long ago; when exactly, on hover. */
export function Ago({ at }: { readonly at: string }) {
  const now = useNow(true);
  return (
    <time dateTime={at} title={at} className="whitespace-nowrap">
      {formatAgo(now - Date.parse(at))}
    </time>
  );
}

/** One clock for the page, that stands still while nothing ticks. */
function useNow(ticks: boolean): number {
  return useSyncExternalStore(ticks ? subscribe : standStill, () => now);
}

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  now = Date.now();
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const standStill = () => () => {};
