import { useState } from "react";
import { Link } from "react-router";

import { MOST_COMPARED } from "../../contract/comparison.ts";
import type { ExperimentItem } from "../../contract/experiment.ts";
import { comparePath } from "../compare/address.ts";
import { encoded, reasonOf, request } from "../request.ts";

interface BulkBarProps {
  readonly items: readonly ExperimentItem[];
  readonly onDone: () => void;
}

const VERBS = [
  { verb: "cancel", label: "Cancel", done: "cancelled", body: {} },
  { verb: "archive", label: "Archive", done: "archived", body: undefined },
] as const;
type Verb = (typeof VERBS)[number];

/** What can be done with the rows that are selected; asks once, in place. */
export function BulkBar({ items, onDone }: BulkBarProps) {
  const [asked, setAsked] = useState<Verb>();
  const [told, setTold] = useState("");
  const isRunning = told === WORKING;
  const act = async (chosen: Verb): Promise<void> => {
    setAsked(undefined);
    setTold(WORKING);
    setTold(await doWithAll(chosen, items));
    onDone();
  };
  if (items.length === 0 && told === "") return null;
  return (
    <div
      role="group"
      aria-label="Selected experiments"
      className="flex shrink-0 flex-wrap items-center gap-2 border-t border-line bg-panel px-4 py-2"
    >
      {items.length > 0 && <span>{items.length} selected</span>}
      <CompareLink items={items} />
      {asked === undefined
        ? VERBS.map((each) => {
            const possible = items.filter(({ can }) => can[each.verb] === null).length;
            const reason = items.map(({ can }) => can[each.verb]).find((text) => text !== null);
            return (
              <button
                key={each.verb}
                type="button"
                className="button"
                aria-disabled={possible === 0 || isRunning}
                title={possible === 0 ? (reason ?? "") : ""}
                onClick={() => possible > 0 && !isRunning && setAsked(each)}
              >
                {each.label}
              </button>
            );
          })
        : [
            <button
              key="yes"
              type="button"
              className="button button-primary"
              onClick={() => void act(asked)}
            >
              {asked.label} {items.filter(({ can }) => can[asked.verb] === null).length}
            </button>,
            <button key="no" type="button" className="button" onClick={() => setAsked(undefined)}>
              Leave them
            </button>,
          ]}
      <span role="status">{told}</span>
      <button
        type="button"
        className="button ml-auto"
        onClick={() => {
          setTold("");
          onDone();
        }}
      >
        Clear
      </button>
    </div>
  );
}

function CompareLink({ items }: Pick<BulkBarProps, "items">) {
  const reason =
    items.length < 2
      ? "Select two experiments or more to compare them."
      : items.length > MOST_COMPARED
        ? `At most ${MOST_COMPARED} fit side by side.`
        : "";
  if (reason !== "")
    return (
      <button type="button" className="button" aria-disabled title={reason}>
        Compare
      </button>
    );
  return (
    <Link to={comparePath(items)} className="button">
      Compare
    </Link>
  );
}

const WORKING = "Working…";

/** One after the other; what was refused is told in the server's words. */
async function doWithAll(
  { verb, done, body }: Verb,
  items: readonly ExperimentItem[],
): Promise<string> {
  const refused: string[] = [];
  const wanted = items.filter(({ can }) => can[verb] === null);
  for (const { id, number, project } of wanted)
    await request("POST", `/api/v1/experiments/${encoded(id)}/${verb}`, body).catch(
      (error: unknown) => refused.push(`${project.slug}#${number}: ${reasonOf(error)}`),
    );
  const sentence = `${wanted.length - refused.length} ${done}.`;
  return [sentence, ...refused].join(" ");
}
