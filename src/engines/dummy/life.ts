import type { Observation, ReplicaState } from "../../core/engine.ts";
import type { Program } from "./program.ts";

/** What happened to an attempt, in milliseconds since the epoch; everything else follows from it and the time. */
export interface Life {
  readonly programs: Readonly<Record<string, Program>>;
  readonly startedAt: number | undefined;
  readonly stops: readonly { readonly at: number; readonly graceSeconds: number }[];
}

export function observe(life: Life, now: number): Observation {
  const replicas: Record<string, ReplicaState> = {};
  for (const [name, program] of Object.entries(life.programs))
    replicas[name] = replicaState(life, program, now);
  const kinds = Object.values(replicas).map(({ kind }) => kind);
  if (life.startedAt === undefined) return { kind: "prepared", replicas };
  return { kind: kinds.every((kind) => kind === "exited") ? "exited" : "running", replicas };
}

export interface Ending {
  readonly at: number;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
}

/** When and how a program ends, as far as is known now; undefined before its start. */
export function endingOf({ startedAt, stops }: Life, program: Program): Ending | undefined {
  if (startedAt === undefined) return undefined;
  const { exitCode, outOfMemory, ignoresStop, endsAtMilliseconds } = program;
  const own = { at: startedAt + endsAtMilliseconds, exitCode, outOfMemory };
  const byStop = stops
    // Like a container: a stop before the start does nothing.
    .filter(({ at }) => at >= startedAt)
    .map(({ at, graceSeconds }) => {
      const isKilled = ignoresStop || graceSeconds === 0;
      return {
        at: isKilled ? at + graceSeconds * 1000 : at,
        exitCode: isKilled ? 137 : 143,
        outOfMemory: false,
      };
    });
  return [own, ...byStop].reduce((first, other) => (other.at < first.at ? other : first));
}

function replicaState(life: Life, program: Program, now: number): ReplicaState {
  const { startedAt } = life;
  const ending = endingOf(life, program);
  if (startedAt === undefined || ending === undefined) return { kind: "prepared" };
  const started = new Date(startedAt).toISOString();
  if (now < ending.at) return { kind: "running", startedAt: started };
  const { at, exitCode, outOfMemory } = ending;
  const finishedAt = new Date(at).toISOString();
  return { kind: "exited", exitCode, outOfMemory, startedAt: started, finishedAt };
}
