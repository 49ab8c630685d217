import { useState } from "react";

import { formatBytes } from "../format.ts";
import type { Place } from "../queries.ts";
import { upload } from "./upload.ts";

interface Upload {
  readonly name: string;
  readonly size: number;
  readonly sent: number;
  readonly problem: string | undefined;
}

interface UploadsProps {
  readonly place: Place;
  readonly onDone: () => void;
}

/** Files that are chosen or dropped here go to the folder that is open, one after the other, as they are. */
export function Uploads({ place, onDone }: UploadsProps) {
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const [isOver, setOver] = useState(false);
  const send = async (files: readonly File[]): Promise<void> => {
    const first = uploads.length;
    const added = files.map(({ name, size }) => ({ name, size, sent: 0, problem: undefined }));
    setUploads([...uploads, ...added]);
    for (const [index, file] of files.entries()) {
      const change = (part: Partial<Upload>): void =>
        setUploads((all) =>
          all.map((each, at) => (at === first + index ? { ...each, ...part } : each)),
        );
      const problem = await upload(place, file, (sent) => change({ sent }));
      change({ problem, ...(problem === undefined && { sent: file.size }) });
      onDone();
    }
  };
  return (
    <div
      className={`mb-3 rounded border border-dashed p-3 ${isOver ? "border-accent bg-panel" : "border-line"}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void send([...event.dataTransfer.files]);
      }}
    >
      <label>
        Upload to this folder, or drop files here:{" "}
        <input
          type="file"
          multiple
          className="max-w-full file:mr-2 file:h-8 file:cursor-pointer file:rounded file:border file:border-line file:bg-page file:px-3"
          onChange={(event) => {
            void send([...(event.target.files ?? [])]);
            event.target.value = "";
          }}
        />
      </label>
      <ul role="status">
        {uploads.map(({ name, size, sent, problem }, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- the same file may be sent twice
          <li key={index} className="mt-1">
            <span className="code break-all">{name}</span>{" "}
            {problem === undefined ? (
              <span className="text-quiet">
                {sent === size ? "is there" : `${formatBytes(sent)} of ${formatBytes(size)}`}
              </span>
            ) : (
              <span className="text-failed">{problem}</span>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
