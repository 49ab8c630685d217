import { ConflictError } from "../../core/errors.ts";
import type {
  Conditions,
  Experiment,
  ExperimentAt,
  ExperimentStatus,
} from "../../core/experiment.ts";
import { isFinished, statusOf } from "../../core/lifecycle.ts";
import type { Ports } from "../../core/ports.ts";
import { failed, type Failure, type Wait } from "./step-result.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Names become ids once; what cannot be found stays as it was written, and fails. */
export async function resolveNeeds(
  { database }: Pick<Ports, "database">,
  { projectId, projectSlug }: ExperimentAt<"Waiting">,
  needs: readonly string[],
): Promise<readonly string[]> {
  const { experiments } = database;
  return Promise.all(
    needs.map(async (need) => {
      const reference = /^\d+$/.test(need) ? `${projectSlug}#${need}` : need;
      const named = await experiments.newestNamed(projectId, need);
      if (named !== undefined) return named.id;
      const found = await experiments.resolve(reference).catch(noneOfSeveral);
      return found !== undefined && isExact(reference, found) ? found.id : need;
    }),
  );
}

/** Whether it may be what a manifest calls an experiment; a number is one, and so is `project#12`. */
export const isName = (need: string): boolean => !/^([a-z0-9-]+[#/])?\d+$/i.test(need);

/** By number or id. A name means this project's alone: another project's may be called the same by chance. */
function isExact(reference: string, { id, projectSlug, number }: Experiment): boolean {
  const lower = reference.toLowerCase();
  if (lower === `${projectSlug}#${number}` || lower === `${projectSlug}/${number}`) return true;
  const digits = lower.replaceAll("-", "");
  return digits.length >= 6 && id.replaceAll("-", "").startsWith(digits);
}

/** A reference that may be several is none; a database that is away is asked again. */
function noneOfSeveral(error: unknown): undefined {
  if (!(error instanceof ConflictError)) throw error;
}

/** Whether all have succeeded; else what it waits for, or why it never will go on. */
export async function judgeNeeds(
  { database }: Pick<Ports, "database">,
  own: string,
  { needs }: Conditions,
): Promise<Failure | Wait | undefined> {
  const unmet: string[] = [];
  for (const id of needs) {
    const needed = UUID.test(id) ? await database.experiments.find(id) : undefined;
    const name = needed === undefined ? id : `${needed.projectSlug}#${needed.number}`;
    const status = needed && statusOf(needed.step, needed.stepStatus);
    if (status === "Succeeded") continue;
    if (needed !== undefined && !isFinished(needed)) {
      if (id === own) return failed("NeedFailed", "It needs itself.");
      if (await leadsTo(database, needed, own))
        return failed("NeedFailed", `It needs ${name}, which needs it in turn.`);
      unmet.push(name);
    } else {
      const why = status === undefined ? "is not there" : ended(status);
      return failed("NeedFailed", `It needs ${name}, which ${why}.`);
    }
  }
  if (unmet.length === 0) return undefined;
  return { kind: "wait", note: `waiting for ${unmet.join(", ")} to succeed` };
}

/** Whether the needs of an experiment, and theirs in turn, come to that one: then none of them would ever begin. */
async function leadsTo(
  { experiments }: Ports["database"],
  from: Experiment,
  to: string,
): Promise<boolean> {
  const known = new Set<string>();
  const open = [from];
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    for (const id of each.conditions?.needs ?? []) {
      if (id === to) return true;
      if (known.has(id) || !UUID.test(id)) continue;
      known.add(id);
      const needed = await experiments.find(id);
      if (needed !== undefined && !isFinished(needed)) open.push(needed);
    }
  }
  return false;
}

const ended = (status: ExperimentStatus): string =>
  status === "Failed" ? "has failed" : "was cancelled";
