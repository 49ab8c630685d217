import { memo } from "react";
import { generatePath, Link } from "react-router";

import type { ExperimentItem } from "../../contract/experiment.ts";
import { PAGES } from "../../contract/pages.ts";
import { CommitLink } from "../components/commit-link.tsx";
import { StateMark } from "../components/state.tsx";
import { Duration } from "../components/times.tsx";
import { middleCut } from "../format.ts";
import { cellOf, type Column } from "./columns.ts";
import { formatResources } from "./resources.ts";
import { whyOf } from "./why.ts";

interface RowProps {
  readonly item: ExperimentItem;
  readonly columns: readonly Column[];
  readonly isSelected: boolean;
  readonly onSelect: (id: string, isSelected: boolean) => void;
}

/** One line of the list; what does not fit is whole on hover. */
export const Row = memo(function Row({ item, columns, isSelected, onSelect }: RowProps) {
  const { id, number, project, status, step, name, source, tags } = item;
  const reference = `${project.slug}#${number}`;
  const why = whyOf(item);
  return (
    <tr className="h-9 border-b border-line hover:bg-panel">
      <td className="hidden pl-4 sm:table-cell">
        <input
          type="checkbox"
          aria-label={`Select ${reference}`}
          checked={isSelected}
          onChange={(event) => onSelect(id, event.target.checked)}
        />
      </td>
      <td className={CELL} title={reference}>
        <Link to={generatePath(PAGES.experiment, { id })} className="code" aria-label={reference}>
          {middleCut(reference, 18)}
        </Link>
      </td>
      <td className={CELL}>
        <StateMark state={status} />
        {status === "Processing" && <span className="hidden text-quiet md:inline"> · {step}</span>}
        {status === "Failed" && <span className="hidden text-quiet md:inline"> · {step}</span>}
      </td>
      <td className={CELL} title={why === "" ? name : `${name}: ${why}`}>
        {name}
        {why !== "" && (
          <span className={status === "Failed" ? "text-failed" : "text-quiet"}> · {why}</span>
        )}
      </td>
      {columns.map((column) => {
        const { shown, whole } = cellOf(item, column);
        return (
          <td key={column} className={`${CELL} code hidden text-right md:table-cell`} title={whole}>
            {shown}
          </td>
        );
      })}
      <td className={`${CELL} hidden md:table-cell`}>
        <CommitLink source={source} />
      </td>
      <td className={`${CELL} hidden lg:table-cell`} title={source.branch ?? ""}>
        {source.branch !== null && (
          <Filtered name="branch" value={source.branch} shown={middleCut(source.branch, 18)} />
        )}
      </td>
      <td className={`${CELL} hidden lg:table-cell`}>
        {source.author !== null && <Filtered name="author" value={source.author.name} />}
      </td>
      <td className={`${CELL} hidden text-quiet xl:table-cell`}>{formatResources(item)}</td>
      <td className={`${CELL} hidden text-right sm:table-cell`}>
        <Duration from={item.startedAt} to={item.finishedAt} />
      </td>
      <td className={`${CELL} hidden pr-4 xl:table-cell`} title={tags.join(", ")}>
        {tags.map((tag) => (
          <span key={tag} className="mr-1">
            <Filtered name="tag" value={tag} />
          </span>
        ))}
      </td>
    </tr>
  );
});

const CELL = "overflow-hidden px-2 text-ellipsis whitespace-nowrap";

function Filtered({
  name,
  value,
  shown = value,
}: {
  readonly name: string;
  readonly value: string;
  readonly shown?: string;
}) {
  return (
    <Link
      to={`${PAGES.experiments}?${new URLSearchParams({ [name]: value }).toString()}`}
      className="text-quiet"
    >
      {shown}
    </Link>
  );
}
