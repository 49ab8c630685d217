import { useState } from "react";

import type { ChangeAnswer } from "../../contract/change.ts";
import type { ExperimentAnswer } from "../../contract/experiment.ts";
import { STEPS, type Step } from "../../contract/words.ts";
import { formatBytes } from "../format.ts";
import { encoded } from "../request.ts";
import { plainText } from "./ansi.ts";
import { LOGGED_STEPS, stepToFollow } from "./follow-step.ts";
import { LogText } from "./log-text.tsx";
import { useLog } from "./use-log.ts";

interface LogProps {
  readonly experiment: ExperimentAnswer;
  readonly onChange: (change: ChangeAnswer | undefined) => void;
}

/** The log of the step where the experiment is, or of the one that was chosen. */
export function Log({ experiment, onChange }: LogProps) {
  const [chosenStep, setStep] = useState<Step>();
  const [chosenReplica, setReplica] = useState<string>();
  const [chosenAttempt, setAttempt] = useState<number>();
  const [follows, setFollows] = useState(true);
  const [search, setSearch] = useState("");
  const [match, setMatch] = useState(0);

  const step = chosenStep ?? stepToFollow(experiment);
  const run = experiment.runs.at(-1);
  const attempts = step === "Running" ? (run?.attempt ?? 0) : 0;
  const isActive = experiment.finishedAt === null;
  const { view, loadEarlier } = useLog(
    {
      experimentId: experiment.id,
      step,
      run: undefined,
      // Named from the second on, so that the log moves on with a retry too.
      attempt: chosenAttempt ?? (attempts > 1 ? attempts : undefined),
      replica: chosenReplica,
    },
    {
      isActive,
      mayCome: isActive && STEPS.indexOf(step) >= STEPS.indexOf(experiment.step),
      onChange,
    },
  );
  const { lines, start, end, state, problem } = view;
  const found = linesWith(lines, search);
  const current = found[match % Math.max(1, found.length)];
  const move = (by: number): void => {
    setFollows(false);
    setMatch((match + by + found.length) % Math.max(1, found.length));
  };
  const replicas = step === "Running" ? (run?.replicas ?? []) : [];
  return (
    <section
      aria-label="Log"
      className="flex h-[30rem] flex-col rounded border border-line bg-panel"
    >
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
        <h2 className="font-semibold">Log</h2>
        <select
          aria-label="Step of the log"
          className="field"
          value={chosenStep ?? ""}
          onChange={(event) => {
            setStep(STEPS.find((each) => each === event.target.value));
            setFollows(true);
          }}
        >
          <option value="">Current step ({step})</option>
          {LOGGED_STEPS.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
        {replicas.length > 1 && (
          <select
            aria-label="Replica"
            className="field"
            value={chosenReplica ?? ""}
            onChange={(event) => setReplica(event.target.value || undefined)}
          >
            <option value="">First replica</option>
            {replicas.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
        {attempts > 1 && (
          <select
            aria-label="Attempt"
            className="field"
            value={chosenAttempt ?? ""}
            onChange={(event) => setAttempt(Number(event.target.value) || undefined)}
          >
            <option value="">Last attempt</option>
            {Array.from({ length: attempts }, (_, index) => (
              <option key={index} value={index + 1}>
                Attempt {index + 1}
              </option>
            ))}
          </select>
        )}
        <input
          type="search"
          aria-label="Search the log"
          placeholder="Search what is loaded"
          className="field w-50"
          value={search}
          onChange={(event) => {
            setSearch(event.target.value);
            setMatch(0);
            setFollows(false);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") move(event.shiftKey ? -1 : 1);
          }}
        />
        {search !== "" && (
          <span role="status" className="text-quiet">
            {found.length === 0
              ? "nothing found"
              : `${(match % found.length) + 1} of ${found.length}`}
          </span>
        )}
        <span className="ml-auto text-quiet">{formatBytes(end)}</span>
        <a
          href={`/api/v1/experiments/${encoded(experiment.id)}/logs?${new URLSearchParams({ step }).toString()}`}
          download={`${experiment.project.slug}-${experiment.number}-${step}.log`}
        >
          Download
        </a>
        <label className="flex items-center gap-1">
          <input
            type="checkbox"
            checked={follows}
            onChange={(event) => setFollows(event.target.checked)}
          />
          Follow
        </label>
      </div>
      {start > 0 && (
        <button
          type="button"
          className="cursor-pointer border-b border-line py-1 text-accent hover:underline"
          onClick={() => {
            setFollows(false);
            // What was not to be had is there to be asked for again.
            void loadEarlier().catch(() => undefined);
          }}
        >
          {formatBytes(start)} come before this: show more of it
        </button>
      )}
      {lines.length === 0 ? (
        <p className="p-3 text-quiet">{problem ?? EMPTY[state]}</p>
      ) : (
        <LogText
          lines={lines}
          start={start}
          found={new Set(found)}
          current={search === "" ? undefined : current}
          follows={follows}
          onFollow={setFollows}
        />
      )}
      <p className="border-t border-line px-3 py-0.5 text-[12px] text-quiet" role="status">
        {state === "ended" && `The log of ${step} has ended.`}
        {state === "following" &&
          (follows ? "Following." : "Not following: scroll to the end to follow.")}
      </p>
    </section>
  );
}

const EMPTY = {
  opening: "",
  following: "Nothing has been written yet.",
  ended: "It wrote nothing.",
  none: "There is no such log.",
} as const;

function linesWith(lines: readonly string[], search: string): readonly number[] {
  if (search === "") return [];
  const wanted = search.toLowerCase();
  return lines.flatMap((line, index) =>
    plainText(line).toLowerCase().includes(wanted) ? [index] : [],
  );
}
