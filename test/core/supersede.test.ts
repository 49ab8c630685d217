import { expect, test } from "@jest/globals";

import type { GroupMember, Snapshot } from "../../src/core/admission.ts";
import { admit } from "../../src/core/admit.ts";
import type { ConcurrencyGroup } from "../../src/core/manifest.ts";

interface Member {
  readonly number: number;
  /** waits: for its turn; unready: for an approval or a need; leaves: is active, and its end was asked for. */
  readonly state: "waits" | "unready" | "active" | "leaves";
}

/** One group of project digits; a member's number is its age as well. */
function decide(
  cancel: ConcurrencyGroup["cancel"],
  members: readonly Member[],
  { limit = 1, ...more }: { readonly limit?: number } & Partial<Snapshot> = {},
) {
  const isActive = ({ state }: Member): boolean => state === "active" || state === "leaves";
  const active = members.filter(isActive).length;
  return admit({
    closed: undefined,
    maxActive: undefined,
    active,
    projects: [{ id: "p", slug: "digits", maxActive: undefined, active }],
    groups: [
      {
        projectId: "p",
        group: "gpu",
        members: members.map((member): GroupMember => ({
          id: `e${member.number}`,
          number: member.number,
          sequence: member.number,
          cancel,
          isActive: isActive(member),
          isLeaving: member.state === "leaves",
        })),
      },
    ],
    waiting: members
      .filter(({ state }) => state === "waits")
      .map(({ number }) => ({
        id: `e${number}`,
        projectId: "p",
        sequence: number,
        priority: 50,
        waitedSeconds: 100 - number,
        concurrency: { group: "gpu", limit, cancel },
      })),
    queueing: [],
    engines: [],
    ...more,
  });
}

const ended = ({ superseded }: ReturnType<typeof decide>): readonly string[] =>
  superseded.map(({ experimentId }) => experimentId);

test("cancel: none lets everybody keep their place", () => {
  const decision = decide("none", [
    { number: 1, state: "active" },
    { number: 2, state: "waits" },
    { number: 3, state: "waits" },
  ]);

  expect(ended(decision)).toEqual([]);
  expect(decision.held.map(({ reason }) => reason)).toEqual([
    "group gpu runs 1 of at most 1; next in line",
    "group gpu runs 1 of at most 1; 2nd in line",
  ]);
});

test("cancel: queued ends those that wait while a newer one does, and names it", () => {
  const decision = decide("queued", [
    { number: 1, state: "active" },
    { number: 2, state: "waits" },
    { number: 3, state: "unready" },
    { number: 4, state: "waits" },
  ]);

  const reason = "superseded by digits#4, a newer one of the concurrency group gpu";
  expect(decision.superseded).toEqual([
    { experimentId: "e2", projectId: "p", reason },
    { experimentId: "e3", projectId: "p", reason },
  ]);
  expect(decision.held).toEqual([
    { experimentId: "e4", reason: "group gpu runs 1 of at most 1; next in line" },
  ]);
});

test("cancel: queued ends nobody whose turn it is", () => {
  const members = [
    { number: 1, state: "waits" },
    { number: 2, state: "waits" },
  ] as const;

  expect(decide("queued", members, { limit: 2 })).toMatchObject({
    admitted: ["e1", "e2"],
    superseded: [],
  });
  expect(decide("queued", members)).toMatchObject({ admitted: ["e1"], superseded: [] });
});

test("one that waits for an approval itself takes nobody's place", () => {
  const decision = decide("running", [
    { number: 1, state: "active" },
    { number: 2, state: "waits" },
    { number: 3, state: "unready" },
  ]);

  expect(ended(decision)).toEqual(["e1"]);
});

test("cancel: running keeps as many of the newest as the limit allows", () => {
  const members = [1, 2, 3].map((number) => ({ number, state: "active" }) as const);
  const decision = decide("running", [...members, { number: 4, state: "waits" }], { limit: 3 });

  expect(ended(decision)).toEqual(["e1"]);
  expect(decision.admitted).toEqual([]);
  expect(decision.held).toEqual([
    { experimentId: "e4", reason: "group gpu runs 3 of at most 3; next in line" },
  ]);
});

test("cancel: running asks once, says who is stopping, and lets the newest in when it has stopped", () => {
  const newest = { number: 3, state: "waits" } as const;

  const stopping = decide("running", [{ number: 1, state: "leaves" }, newest]);

  expect(ended(stopping)).toEqual([]);
  expect(stopping.held[0]?.reason).toBe(
    "group gpu runs 1 of at most 1, 1 of them stopping; next in line",
  );
  expect(decide("running", [newest]).admitted).toEqual(["e3"]);
});

test("cancel: running ends nothing where there is room", () => {
  const members = [
    { number: 1, state: "active" },
    { number: 2, state: "waits" },
  ] as const;

  expect(decide("running", members, { limit: 2 })).toMatchObject({
    admitted: ["e2"],
    superseded: [],
  });
});

test("of several that come at once, cancel: running lets the newest in and never begins the others", () => {
  const members = [1, 2, 3].map((number) => ({ number, state: "waits" }) as const);

  const decision = decide("running", members);

  expect(decision.admitted).toEqual(["e3"]);
  expect(ended(decision)).toEqual(["e1", "e2"]);
});

test("while nothing is admitted, nobody who is active is stopped for one that could not begin", () => {
  const members = [
    { number: 1, state: "active" },
    { number: 2, state: "waits" },
    { number: 3, state: "waits" },
  ] as const;

  const decision = decide("running", members, { closed: "the queue was paused by ada" });

  expect(ended(decision)).toEqual(["e2"]);
});
