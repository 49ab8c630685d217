import { planEach, type Place, type Plan } from "./replicas.ts";

/** Kubeflow's. */
const PORT = 2222;

const PARAMETER_SERVER = "ps";
/** Gives the workers their work where there are parameter servers; TensorFlow 1 calls it master. */
const CHIEFS = ["chief", "master"];
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

/**
 * A parameter server waits for requests for ever, and beside one so does a worker that has a chief: they are stopped when
 * the others have ended. Workers without parameter servers train, and end by themselves.
 */
function servesOthers(group: string, all: readonly Place[]): boolean {
  const groups = new Set(all.map(({ type }) => type.name));
  if (!groups.has(PARAMETER_SERVER) || groups.size === 1) return false;
  if (group === "worker") return CHIEFS.some((chief) => groups.has(chief));
  return group === PARAMETER_SERVER;
}
