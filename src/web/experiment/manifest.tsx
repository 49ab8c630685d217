import { useState } from "react";

import type { ExperimentAnswer } from "../../contract/experiment.ts";

/** As written and as resolved, and what the platform had to say about it. */
export function Manifest({ experiment }: { readonly experiment: ExperimentAnswer }) {
  const [isResolved, setResolved] = useState(false);
  const { manifest, manifestText, manifestPath, warnings } = experiment;
  if (manifestText === null) return <p className="text-quiet">Not read yet: Cloning reads it.</p>;
  return (
    <>
      {warnings.length > 0 && (
        <ul aria-label="Warnings" className="mb-2 text-running">
          {warnings.map(({ path, line, message }) => (
            <li key={`${path} ${message}`} className="break-words">
              {manifestPath}
              {line !== null && `, line ${line}`}: {message}
            </li>
          ))}
        </ul>
      )}
      <div className="mb-2 flex gap-2">
        <button
          type="button"
          className="button"
          aria-pressed={!isResolved}
          onClick={() => setResolved(false)}
        >
          As written
        </button>
        <button
          type="button"
          className="button"
          aria-pressed={isResolved}
          onClick={() => setResolved(true)}
        >
          As resolved
        </button>
      </div>
      <pre
        className="code max-h-96 overflow-auto rounded border border-line bg-panel p-3"
        tabIndex={0}
      >
        {isResolved ? JSON.stringify(manifest, undefined, 2) : manifestText}
      </pre>
    </>
  );
}
