import type { Admission, Snapshot, WaitingExperiment } from "./admission.ts";
import { supersededByNewest, supersededInLine } from "./supersede.ts";
import { byTurn, Lines } from "./turn.ts";

/** Who leaves Waiting: within the limits in all, of the project and of the concurrency group, in turn. */
export function admitExperiments(
  snapshot: Snapshot,
): Pick<Admission, "admitted" | "held" | "superseded"> {
  const running = supersededByNewest(snapshot);
  const gone = new Set(running.map(({ experimentId }) => experimentId));
  const limits = new Limits(snapshot);
  const admitted: string[] = [];
  const staying: WaitingExperiment[] = [];
  for (const experiment of snapshot.waiting.toSorted(byTurn)) {
    if (gone.has(experiment.id)) continue;
    if (limits.reached(experiment) !== undefined) {
      staying.push(experiment);
      continue;
    }
    limits.take(experiment);
    admitted.push(experiment.id);
  }
  const queued = supersededInLine(snapshot, new Set([...admitted, ...gone]));
  for (const { experimentId } of queued) gone.add(experimentId);

  const lines = new Lines();
  const held = staying
    .filter(({ id }) => !gone.has(id))
    .flatMap((experiment) => {
      const reached = limits.reached(experiment);
      if (reached === undefined) return [];
      const reason = `${reached.reason}; ${lines.next(reached.line)}`;
      return [{ experimentId: experiment.id, reason }];
    });
  return { admitted, held, superseded: [...running, ...queued] };
}

interface Reached {
  /** Those that wait for the same stand in one line. */
  readonly line: string;
  readonly reason: string;
}

/** How many are active, counted on while experiments are let in. */
class Limits {
  readonly #snapshot: Snapshot;
  readonly #active = new Map<string, number>();
  readonly #leaving = new Map<string, number>();
  readonly #projects: ReadonlyMap<string, Snapshot["projects"][number]>;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    this.#projects = new Map(snapshot.projects.map((project) => [project.id, project]));
    this.#active.set(EVERYBODY, snapshot.active);
    for (const { id, active } of snapshot.projects) this.#active.set(id, active);
    for (const { projectId, group, members } of snapshot.groups) {
      const active = members.filter(({ isActive }) => isActive);
      const key = groupKey(projectId, group);
      this.#active.set(key, active.length);
      this.#leaving.set(key, active.filter(({ isLeaving }) => isLeaving).length);
    }
  }

  reached({ projectId, concurrency }: WaitingExperiment): Reached | undefined {
    const { closed, maxActive } = this.#snapshot;
    if (closed !== undefined) return { line: EVERYBODY, reason: closed };
    const project = this.#projects.get(projectId);
    if (project === undefined) return { line: projectId, reason: "its project is being read" };
    const all = this.#count(EVERYBODY);
    if (maxActive !== undefined && all >= maxActive)
      return {
        line: EVERYBODY,
        reason: `${all} of at most ${maxActive} experiments in all are active`,
      };
    const active = this.#count(projectId);
    if (project.maxActive !== undefined && active >= project.maxActive)
      return {
        line: projectId,
        reason: `${active} of ${project.slug}'s at most ${project.maxActive} experiments are active`,
      };
    if (concurrency === undefined) return undefined;
    const { group, limit } = concurrency;
    const line = groupKey(projectId, group);
    const members = this.#count(line);
    if (members < limit) return undefined;
    const leaving = this.#leaving.get(line) ?? 0;
    const stopping = leaving === 0 ? "" : `, ${leaving} of them stopping`;
    return { line, reason: `group ${group} runs ${members} of at most ${limit}${stopping}` };
  }

  take({ projectId, concurrency }: WaitingExperiment): void {
    const keys = [EVERYBODY, projectId];
    if (concurrency !== undefined) keys.push(groupKey(projectId, concurrency.group));
    for (const key of keys) this.#active.set(key, this.#count(key) + 1);
  }

  #count(key: string): number {
    return this.#active.get(key) ?? 0;
  }
}

const EVERYBODY = "everybody";
const groupKey = (projectId: string, group: string): string => `${projectId} ${group}`;
