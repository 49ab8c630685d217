import { useEffect, useEffectEvent } from "react";

import type { ChangeAnswer } from "../contract/change.ts";

export interface LiveOptions {
  /** Asked at each opening, so that a stream goes on where it was. */
  readonly url: () => string;
  readonly on: Readonly<Record<string, (event: MessageEvent<string>) => void>>;
  /** Each opening but the first: what happened in between is not told. */
  readonly reopened?: () => void;
  /** The stream ended by itself, or could not be had; it is tried again. */
  readonly broken?: () => void;
}

/** One stream of the server's events: closed while nobody looks, opened again when it breaks. Answers how to end it. */
export function openLive({ url, on, reopened, broken }: LiveOptions): () => void {
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let wasOpen = false;
  let delay = FIRST_RETRY_MS;
  const close = (): void => {
    clearTimeout(retry);
    source?.close();
    source = undefined;
  };
  const open = (): void => {
    close();
    source = new EventSource(url());
    for (const [name, listener] of Object.entries(on)) source.addEventListener(name, listener);
    source.addEventListener("open", () => {
      if (wasOpen) reopened?.();
      wasOpen = true;
      delay = FIRST_RETRY_MS;
    });
    // Never by the browser itself: it would ask for the first address again.
    source.addEventListener("error", () => {
      close();
      retry = setTimeout(open, delay);
      delay = Math.min(2 * delay, LAST_RETRY_MS);
      broken?.();
    });
  };
  const look = (): void => (document.hidden ? close() : open());
  document.addEventListener("visibilitychange", look);
  look();
  return () => {
    document.removeEventListener("visibilitychange", look);
    close();
  };
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 15_000;

/** Tells of each experiment that changes, of one project or of all; undefined: some may have changed unseen. */
export function useChanges(
  project: string | undefined,
  onChange: (change: ChangeAnswer | undefined) => void,
): void {
  const told = useEffectEvent(onChange);
  useEffect(() => {
    const query = project === undefined ? "" : `?${new URLSearchParams({ project }).toString()}`;
    return openLive({
      url: () => `/api/v1/events${query}`,
      on: { changed: ({ data }) => told(JSON.parse(data)) },
      reopened: () => told(undefined),
      broken: () => told(undefined),
    });
  }, [project]);
}
