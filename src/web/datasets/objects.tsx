import { useState } from "react";
import { Link } from "react-router";

import type { ObjectAnswer } from "../../contract/object.ts";
import { Copy } from "../components/copy.tsx";
import { Deletion } from "../components/deletion.tsx";
import { Problem } from "../components/problem.tsx";
import { Ago } from "../components/times.tsx";
import { formatBytes } from "../format.ts";
import { objectPath, type Place } from "../queries.ts";
import { request } from "../request.ts";

interface ObjectsProps {
  readonly place: Place;
  readonly prefixes: readonly string[];
  readonly items: readonly ObjectAnswer[];
  readonly addressOf: (place: Place) => string;
  readonly onChange: () => void;
}

export function Objects({ place, prefixes, items, addressOf, onChange }: ObjectsProps) {
  const [problem, setProblem] = useState<unknown>();
  const nameOf = (key: string): string => key.slice(place.prefix.length);
  const remove = async (key: string): Promise<void> => {
    await request("DELETE", objectPath(place, key)).then(() => setProblem(undefined), setProblem);
    onChange();
  };
  if (prefixes.length + items.length === 0) return <p className="text-quiet">Nothing is here.</p>;
  return (
    <>
      {problem !== undefined && <Problem error={problem} />}
      <table className="w-full border-collapse text-left">
        <thead className="text-quiet">
          <tr>
            <th className={CELL}>Name</th>
            <th className={`${CELL} text-right`}>Size</th>
            <th className={`${CELL} hidden sm:table-cell`}>Changed</th>
            <th className={CELL}>
              <span className="sr-only">Delete</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {prefixes.map((prefix) => (
            <tr key={prefix} className="border-t border-line">
              <td className={CELL} colSpan={4}>
                <Link to={addressOf({ ...place, prefix })} className="code break-all">
                  {nameOf(prefix)}
                </Link>
              </td>
            </tr>
          ))}
          {items.map(({ key, size, modifiedAt }) => (
            <tr key={key} className="border-t border-line">
              <td className={CELL}>
                <a href={objectPath(place, key)} download className="code break-all">
                  {nameOf(key)}
                </a>
                <Copy text={pathInProgram(place, key)} what={`the path of ${nameOf(key)}`} />
              </td>
              <td className={`${CELL} text-right whitespace-nowrap`}>{formatBytes(size)}</td>
              <td className={`${CELL} hidden text-quiet sm:table-cell`}>
                <Ago at={modifiedAt} />
              </td>
              <td className={`${CELL} text-right whitespace-nowrap`}>
                <Deletion what={nameOf(key)} onDelete={() => void remove(key)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

const CELL = "py-1 pr-4 font-normal";

/** As a program in an experiment names it. */
const pathInProgram = ({ bucket }: Place, key: string): string =>
  bucket === "input" ? `$ASSAY_INPUT_PATH/${key}` : key;
