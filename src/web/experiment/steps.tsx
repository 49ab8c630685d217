import type { StepAnswer } from "../../contract/experiment.ts";
import { StateMark } from "../components/state.tsx";
import { Duration } from "../components/times.tsx";

/** The six steps: how each stands, how long it took, and what it has to say. */
export function Steps({ steps }: { readonly steps: readonly StepAnswer[] }) {
  return (
    <ol aria-label="Steps" className="grid gap-x-4 gap-y-2 md:grid-cols-3 xl:grid-cols-6">
      {steps.map(({ name, status, startedAt, finishedAt, attempt, note }) => (
        <li key={name} className="min-w-0 border-t-2 border-line pt-1">
          <div className="flex justify-between gap-2">
            <strong className="font-medium">{name}</strong>{" "}
            <span className="text-quiet">
              <Duration from={startedAt} to={finishedAt} />
            </span>
          </div>
          <StateMark state={status} />
          {attempt > 1 && <span className="text-quiet"> · try {attempt}</span>}
          {note !== null && <p className="text-quiet [overflow-wrap:anywhere]">{note}</p>}
        </li>
      ))}
    </ol>
  );
}
