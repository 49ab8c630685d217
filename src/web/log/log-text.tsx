import { useVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef } from "react";

import { Line } from "./line.tsx";

const LINE_PIXELS = 20;

interface LogTextProps {
  readonly lines: readonly string[];
  /** Grows smaller when lines come before those that are there. */
  readonly start: number;
  readonly found: ReadonlySet<number>;
  readonly current: number | undefined;
  readonly follows: boolean;
  /** One scrolled up, or to the end again. */
  readonly onFollow: (follows: boolean) => void;
}

/** Lines of which only those in sight exist. It stays at the end while it follows. */
export function LogText({ lines, start, found, current, follows, onFollow }: LogTextProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const before = useRef({ start, count: lines.length });
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PIXELS,
    overscan: 20,
    useFlushSync: false,
  });
  useLayoutEffect(() => {
    const element = scroller.current;
    // What one reads stays where it is.
    if (element !== null && start < before.current.start)
      element.scrollTop += (lines.length - before.current.count) * LINE_PIXELS;
    before.current = { start, count: lines.length };
    if (follows && element !== null) element.scrollTop = element.scrollHeight;
  }, [follows, lines, start]);
  useLayoutEffect(() => {
    if (current !== undefined) rows.scrollToIndex(current, { align: "center" });
  }, [current, rows]);

  const shown = rows.getVirtualItems();
  return (
    <div
      ref={scroller}
      className="code min-h-0 flex-1 overflow-auto py-1 leading-[20px]"
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label="Lines"
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        const isAtEnd = scrollHeight - scrollTop - clientHeight < LINE_PIXELS;
        if (scrollTop < lastTop.current && !isAtEnd) onFollow(false);
        else if (isAtEnd) onFollow(true);
        lastTop.current = scrollTop;
      }}
    >
      <div className="relative w-max min-w-full" style={{ height: rows.getTotalSize() }}>
        <div style={{ transform: `translateY(${shown.at(0)?.start ?? 0}px)` }}>
          {shown.map(({ index }) => (
            <Line
              key={index}
              text={lines[index] ?? ""}
              isFound={found.has(index)}
              isCurrent={index === current}
            />
          ))}
        </div>
      </div>
    </div>
  );
}
