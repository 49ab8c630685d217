import type { PlanSource } from "../../src/core/operator.ts";
import type { PlannedReplica } from "../../src/core/run.ts";
import { createPlanner } from "../../src/operators/planner.ts";
import { parsed } from "../manifest/parsed.ts";

export const SOURCE: PlanSource = {
  id: "0b6f8f0e-0000-4000-8000-000000000001",
  number: 12,
  projectId: "p-1",
  projectSlug: "digits",
  name: "digits-baseline",
  source: {
    kind: "commit",
    commit: "3f2a91c".padEnd(40, "0"),
    branch: "main",
    message: "exp: lower the rate\n\nbody",
    author: { name: "Ada", email: "ada@example.org" },
  },
  params: {},
  parentId: undefined,
};

/** What becomes of a manifest that must be good. */
export const plan = (text: string, source: Partial<PlanSource> = {}): readonly PlannedReplica[] =>
  createPlanner().plan(parsed(text), { ...SOURCE, ...source });
