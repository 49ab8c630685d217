import { useState } from "react";
import { generatePath, Link } from "react-router";

import { comparisonOf, type Difference, differs } from "../../contract/comparison.ts";
import type { ExperimentAnswer } from "../../contract/experiment.ts";
import { PAGES } from "../../contract/pages.ts";
import { CommitLink } from "../components/commit-link.tsx";
import { StateMark } from "../components/state.tsx";
import { formatDuration } from "../format.ts";
import { formatMetric } from "../metrics/format-metric.ts";

interface FactsProps {
  readonly experiments: readonly ExperimentAnswer[];
  readonly onRemove: (experiment: ExperimentAnswer) => void;
}

/** A column for each experiment, a row for each fact; what is equal in all is folded away. */
export function Facts({ experiments, onRemove }: FactsProps) {
  const [showsAll, setShowsAll] = useState(false);
  const rows = comparisonOf(experiments, lasted).filter(
    ({ name }) => name !== "status" && name !== "commit",
  );
  const equal = rows.filter((row) => !differs(row));
  return (
    <div className="overflow-auto" tabIndex={0} role="region" aria-label="Facts">
      <table className="border-collapse">
        <thead>
          <tr className="align-top">
            <th className={NAME}>
              <span className="sr-only">Fact</span>
            </th>
            {experiments.map((experiment) => (
              <Head key={experiment.id} experiment={experiment} onRemove={onRemove} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows
            .filter((row) => showsAll || differs(row))
            .map((row) => (
              <Row key={row.name} row={row} isDifferent={differs(row)} />
            ))}
        </tbody>
      </table>
      {equal.length > 0 && (
        <button
          type="button"
          className="button mt-2"
          aria-pressed={showsAll}
          onClick={() => setShowsAll(!showsAll)}
        >
          {equal.length} equal {equal.length === 1 ? "row" : "rows"}
        </button>
      )}
    </div>
  );
}

function lasted({ startedAt, finishedAt }: ExperimentAnswer): string {
  if (startedAt === null || finishedAt === null) return "";
  return formatDuration(Date.parse(finishedAt) - Date.parse(startedAt));
}

interface HeadProps {
  readonly experiment: ExperimentAnswer;
  readonly onRemove: FactsProps["onRemove"];
}

function Head({ experiment, onRemove }: HeadProps) {
  const { id, project, number, name, status, source } = experiment;
  const reference = `${project.slug}#${number}`;
  return (
    <th className="min-w-36 border-b border-line px-3 pb-2 text-left font-normal" scope="col">
      <span className="flex items-center gap-2">
        <Link to={generatePath(PAGES.experiment, { id })} className="code font-semibold">
          {reference}
        </Link>
        <button
          type="button"
          className="cursor-pointer text-quiet"
          aria-label={`Leave ${reference} out`}
          title={`Leave ${reference} out`}
          onClick={() => onRemove(experiment)}
        >
          ×
        </button>
      </span>
      <span className="block max-w-64 overflow-hidden text-ellipsis whitespace-nowrap" title={name}>
        {name}
      </span>
      <span className="flex gap-3">
        <StateMark state={status} />
        <CommitLink source={source} />
      </span>
    </th>
  );
}

interface RowProps {
  readonly row: Difference;
  readonly isDifferent: boolean;
}

function Row({ row: { name, values }, isDifferent }: RowProps) {
  const isMetric = name.startsWith("metrics.");
  return (
    <tr className="border-b border-line">
      <th className={NAME} scope="row">
        {name}
      </th>
      {values.map((value, index) => (
        <td
          // oxlint-disable-next-line react/no-array-index-key -- a column has no other name, and stays where it is
          key={index}
          className={`code max-w-80 overflow-hidden px-3 py-1 align-top text-ellipsis ${isDifferent ? "" : "text-quiet"}`}
          title={textOf(value)}
        >
          {isMetric && typeof value === "number" ? formatMetric(value) : textOf(value)}
        </td>
      ))}
    </tr>
  );
}

const textOf = (value: unknown): string => {
  if (value === null || value === "") return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
};

const NAME =
  "sticky left-0 max-w-52 bg-page py-1 pr-3 text-left align-top font-normal break-words text-quiet";
