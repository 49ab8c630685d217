import type { Admission, GroupMember, Snapshot, WaitingExperiment } from "./admission.ts";

type Superseded = Admission["superseded"];
type Group = Snapshot["groups"][number];

/**
 * `cancel: running`, by the word of the group's newest experiment that may run: the group keeps as many of the newest as
 * its limit allows, and all older ones end. While nothing is admitted nobody is stopped for it.
 */
export function supersededByNewest(snapshot: Snapshot): Superseded {
  return snapshot.groups.flatMap((group) => {
    const ready = readyOf(snapshot, group);
    const newest = ready.toSorted((a, b) => b.sequence - a.sequence).at(0);
    if (newest?.concurrency?.cancel !== "running") return [];
    const isReady = new Set(ready.map(({ id }) => id));
    const kept = group.members
      .filter(({ id, isActive, isLeaving }) => isReady.has(id) || (isActive && !isLeaving))
      .toSorted((a, b) => b.sequence - a.sequence)
      .slice(0, newest.concurrency.limit);
    const oldest = kept.at(-1);
    const by = group.members.find(({ id }) => id === newest.id);
    if (oldest === undefined || by === undefined || kept.length < newest.concurrency.limit)
      return [];
    return group.members
      .filter(({ sequence, isLeaving }) => sequence < oldest.sequence && !isLeaving)
      .filter(({ isActive }) => !isActive || snapshot.closed === undefined)
      .map((member) => toSuperseded(snapshot, group, member, by));
  });
}

/** `cancel: queued` (and `running`): who still waits while a newer one of the group says so ends. `gone` wait no more. */
export function supersededInLine(snapshot: Snapshot, gone: ReadonlySet<string>): Superseded {
  return snapshot.groups.flatMap((group) => {
    const isReady = new Set(readyOf(snapshot, group).map(({ id }) => id));
    // One that itself waits for an approval or a need takes nobody's place yet.
    const by = group.members
      .filter(({ id, isActive, isLeaving }) => isReady.has(id) || (isActive && !isLeaving))
      .filter(({ cancel }) => cancel !== "none")
      .toSorted((a, b) => b.sequence - a.sequence)
      .at(0);
    if (by === undefined) return [];
    return group.members
      .filter(({ id, isActive, isLeaving }) => !isActive && !isLeaving && !gone.has(id))
      .filter(({ sequence }) => sequence < by.sequence)
      .map((member) => toSuperseded(snapshot, group, member, by));
  });
}

const readyOf = (
  { waiting }: Snapshot,
  { projectId, group }: Group,
): readonly WaitingExperiment[] =>
  waiting.filter((each) => each.projectId === projectId && each.concurrency?.group === group);

function toSuperseded(
  { projects }: Snapshot,
  { projectId, group }: Group,
  { id }: GroupMember,
  by: GroupMember,
): Superseded[number] {
  const slug = projects.find((project) => project.id === projectId)?.slug ?? "";
  const reason = `superseded by ${slug}#${by.number}, a newer one of the concurrency group ${group}`;
  return { experimentId: id, projectId, reason };
}
