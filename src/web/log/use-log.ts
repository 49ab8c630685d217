import { useEffect, useEffectEvent, useState, useSyncExternalStore } from "react";

import type { ChangeAnswer } from "../../contract/change.ts";
import { LogFeed, type LogName, type LogView } from "./log-feed.ts";

interface Surroundings {
  readonly isActive: boolean;
  readonly mayCome: boolean;
  readonly onChange: (change: ChangeAnswer | undefined) => void;
}

/** The log of that name, followed while it is looked at. */
export function useLog(
  name: LogName,
  { isActive, mayCome, onChange }: Surroundings,
): { readonly view: LogView; readonly loadEarlier: () => Promise<void> } {
  const { experimentId, step, run, attempt, replica } = name;
  const [feed, setFeed] = useState<LogFeed>();
  const changed = useEffectEvent(onChange);
  const active = useEffectEvent(() => isActive);
  const coming = useEffectEvent(() => mayCome);
  useEffect(() => {
    const feed = new LogFeed(
      { experimentId, step, run, attempt, replica },
      {
        isActive: () => active(),
        mayCome: () => coming(),
        onChange: (change) => changed(change),
      },
    );
    // oxlint-disable-next-line react/set-state-in-effect -- the feed itself is what lies outside; it begins and ends here
    setFeed(feed);
    void feed.start();
    return () => feed.stop();
  }, [experimentId, step, run, attempt, replica]);
  const view = useSyncExternalStore(feed?.subscribe ?? nothing, feed?.view ?? opening);
  return { view, loadEarlier: async () => feed?.loadEarlier() };
}

const nothing = () => () => {};
const OPENING: LogView = { lines: [], start: 0, end: 0, state: "opening", problem: undefined };
const opening = (): LogView => OPENING;
