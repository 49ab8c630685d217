import { memo } from "react";

import { parseAnsi } from "./ansi.ts";

interface LineProps {
  readonly text: string;
  readonly isFound: boolean;
  readonly isCurrent: boolean;
}

/** A line as text nodes: nothing in a log is markup. */
export const Line = memo(function Line({ text, isFound, isCurrent }: LineProps) {
  const mark = isCurrent ? "bg-running/40" : isFound ? "bg-running/15" : "";
  return (
    <div className={`h-5 px-3 whitespace-pre ${mark}`}>
      {parseAnsi(text).map(({ text, look, colour }, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- the pieces of a line have no other name
        <span
          key={index}
          className={look}
          style={colour === undefined ? undefined : { color: colour }}
        >
          {text}
        </span>
      ))}
    </div>
  );
});
