import { planEach, type Place, type Plan } from "./replicas.ts";

/** Kubeflow's. */
const PORT = 2222;

/** Waits for requests for ever, so it is stopped when the others have ended. */
const PARAMETER_SERVER = "ps";
/** Looks at the checkpoints of the others, and is no part of their cluster. */
const EVALUATOR = "evaluator";

/** Every replica gets TF_CONFIG, one that is alone as well: programs read their rank from it. */
export const planTf: Plan = (manifest, source) =>
  planEach(manifest, source, ({ type, index }, all) => ({
    env: {
      TF_CONFIG: JSON.stringify({
        cluster: clusterOf(all),
        task: { type: type.name, index },
        environment: "cloud",
      }),
    },
    ...(servesOthers(type.name, all) && { serves: true }),
  }));

function clusterOf(all: readonly Place[]): Readonly<Record<string, readonly string[]>> {
  const members = all.filter(({ type }) => type.name !== EVALUATOR);
  const groups = [...new Set(members.map(({ type }) => type.name))];
  return Object.fromEntries(
    groups.map((group) => [
      group,
      members.filter(({ type }) => type.name === group).map(({ name }) => `${name}:${PORT}`),
    ]),
  );
}

const servesOthers = (group: string, all: readonly Place[]): boolean =>
  group === PARAMETER_SERVER && all.some(({ type }) => type.name !== PARAMETER_SERVER);
