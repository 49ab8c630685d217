import type { ExperimentStatus, RunState, StepStatus } from "../../contract/words.ts";

export type State = ExperimentStatus | StepStatus | RunState;

interface Look {
  readonly shape: string;
  readonly colour: string;
}

const waiting: Look = { shape: "○", colour: "text-waiting" };
const running: Look = { shape: "◐", colour: "text-running" };
const succeeded: Look = { shape: "●", colour: "text-succeeded" };
const failed: Look = { shape: "✕", colour: "text-failed" };
const cancelled: Look = { shape: "⊘", colour: "text-cancelled" };

const LOOKS: Readonly<Record<State, Look>> = {
  Created: waiting,
  Processing: running,
  Initialize: waiting,
  Submitted: waiting,
  Preparing: running,
  Queueing: waiting,
  Running: running,
  Finalizing: running,
  Done: succeeded,
  Succeeded: succeeded,
  Failed: failed,
  Cancelled: cancelled,
};

/** Shape, colour and word of a state: never colour alone. */
export function StateMark({ state }: { readonly state: State }) {
  const { shape, colour } = LOOKS[state];
  return (
    <span className={`${colour} whitespace-nowrap`}>
      <span aria-hidden="true">{shape} </span>
      {state}
    </span>
  );
}
