import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { ExperimentAnswer } from "../../contract/experiment.ts";
import type { SourceChangesAnswer } from "../../contract/source-changes.ts";
import { Problem } from "../components/problem.tsx";
import { sourceChangesQuery } from "../queries.ts";
import { referenceOf } from "./address.ts";
import { diffLines } from "./line-diff.ts";

/** What lies between two of them: commits, files, manifest. */
export function Between({ experiments }: { readonly experiments: readonly ExperimentAnswer[] }) {
  const [chosen, setChosen] = useState<readonly [from: string, to: string]>();
  const [first, second] = experiments;
  if (first === undefined || second === undefined) return null;
  const find = (id: string | undefined) => experiments.find((experiment) => experiment.id === id);
  const from = find(chosen?.[0]) ?? first;
  const to = find(chosen?.[1]) ?? second;
  return (
    <>
      <p className="mb-2 flex flex-wrap items-center gap-2">
        From
        <Choice
          label="From"
          experiments={experiments}
          value={from.id}
          onChange={(id) => setChosen([id, to.id])}
        />
        to
        <Choice
          label="To"
          experiments={experiments}
          value={to.id}
          onChange={(id) => setChosen([from.id, id])}
        />
      </p>
      <div className="grid gap-6 lg:grid-cols-2">
        <SourceChanges from={from} to={to} />
        <ManifestChanges from={from} to={to} />
      </div>
    </>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly experiments: readonly ExperimentAnswer[];
  readonly value: string;
  readonly onChange: (id: string) => void;
}

function Choice({ label, experiments, value, onChange }: ChoiceProps) {
  return (
    <select
      aria-label={label}
      className="field"
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {experiments.map((experiment) => (
        <option key={experiment.id} value={experiment.id}>
          {referenceOf(experiment).replace("/", "#")}
        </option>
      ))}
    </select>
  );
}

interface Pair {
  readonly from: ExperimentAnswer;
  readonly to: ExperimentAnswer;
}

function SourceChanges({ from, to }: Pair) {
  const { data, error } = useQuery(sourceChangesQuery(to.id, from.id));
  return (
    <section aria-label="Source" className="min-w-0">
      <h3 className="mb-1 font-semibold">Source</h3>
      {error !== null && <Problem error={error} />}
      {data?.from && data.to && (
        <p className="code mb-1">
          {data.url === null ? (
            `${data.from.slice(0, 7)}..${data.to.slice(0, 7)}`
          ) : (
            <a href={data.url} rel="noreferrer" target="_blank">
              {data.from.slice(0, 7)}..{data.to.slice(0, 7)}
            </a>
          )}
        </p>
      )}
      {data?.reason && <p className="text-quiet">{data.reason}</p>}
      {data?.files?.length === 0 && <p className="text-quiet">No file differs.</p>}
      <ul>
        {data?.files?.map((file) => (
          <File key={file.path} file={file} />
        ))}
      </ul>
    </section>
  );
}

type ChangedFile = NonNullable<SourceChangesAnswer["files"]>[number];

function File({
  file: { path, change, linesAdded, linesDeleted },
}: {
  readonly file: ChangedFile;
}) {
  return (
    <li className="flex gap-3">
      <span className="code min-w-0 break-all">{path}</span>
      <span className="ml-auto whitespace-nowrap text-quiet">
        {change}
        {linesAdded !== null && ` +${linesAdded}`}
        {linesDeleted !== null && ` −${linesDeleted}`}
      </span>
    </li>
  );
}

function ManifestChanges({ from, to }: Pair) {
  const hasBoth = from.manifestText !== null && to.manifestText !== null;
  const lines = hasBoth ? diffLines(from.manifestText ?? "", to.manifestText ?? "") : [];
  const isEqual = lines.every(({ kind }) => kind === "same");
  return (
    <section aria-label="Manifest" className="min-w-0">
      <h3 className="mb-1 font-semibold">Manifest</h3>
      {!hasBoth && <p className="text-quiet">One of them has not read its manifest.</p>}
      {hasBoth && isEqual && <p className="text-quiet">The same.</p>}
      {!isEqual && (
        <pre
          className="code max-h-96 overflow-auto rounded border border-line bg-panel p-3"
          tabIndex={0}
        >
          {lines.map(({ kind, text }, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- lines have no other name
            <span key={index} className={`block ${LINES[kind].className}`}>
              {LINES[kind].sign} {text}
            </span>
          ))}
        </pre>
      )}
    </section>
  );
}

const LINES = {
  same: { sign: " ", className: "text-quiet" },
  removed: { sign: "−", className: "text-failed" },
  added: { sign: "+", className: "text-succeeded" },
} as const;
