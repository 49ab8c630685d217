import type { Delivery } from "../../core/delivery.ts";
import type { Push } from "../../core/forge.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import { refFault } from "../../core/select-triggers.ts";
import type { MovedRef } from "./moved-refs.ts";
import { isForced, newCommits, NO_COMMIT } from "./new-commits.ts";
import { tellDelivery } from "./tell-delivery.ts";
import { trigger } from "./trigger.ts";

/** A push to the built-in remote: every ref is a delivery of its own, decided at once. */
export async function receivePush(
  ports: Pick<Ports, "database" | "repository" | "log" | "metrics">,
  project: Project,
  refs: readonly MovedRef[],
  pusher: string | undefined,
): Promise<readonly Delivery[]> {
  const deliveries: Delivery[] = [];
  for (const moved of refs)
    deliveries.push(tellDelivery(ports, await receiveRef(ports, project, moved, pusher)));
  return deliveries;
}

async function receiveRef(
  ports: Pick<Ports, "database" | "repository">,
  project: Project,
  { ref, before, after }: MovedRef,
  pusher: string | undefined,
): Promise<Delivery> {
  const ignored = after === NO_COMMIT ? "The ref was deleted." : refFault(ref, project.settings);
  // Both ask git, and the pusher waits.
  const asked = isForced(ports, project, before, after);
  const [forced, commits] = await Promise.all([
    asked,
    ignored === undefined ? newCommits(ports, project, { after, forced: asked }) : [],
  ]);
  const push: Push = {
    ref,
    before,
    after,
    forced,
    commits: [],
    complete: false,
    pushedAt: undefined,
    pusher,
    repositoryId: undefined,
  };
  return ports.database.transaction(async (stores) => {
    const delivery = await stores.deliveries.create({
      projectId: project.id,
      forgeDeliveryId: undefined,
      event: "push",
      source: "git",
      push,
    });
    if (delivery === undefined)
      throw new Error("a delivery without an id of a forge is always new");
    if (ignored === undefined) return trigger(stores, { project, delivery, push, commits });
    const commit = after === NO_COMMIT ? undefined : after;
    await stores.projects.markSeen(project.id, [{ ref, commit, forced }]);
    const verdict = { decision: "nothing", reason: ignored, experiments: [] } as const;
    await stores.deliveries.decide(delivery.id, verdict);
    return { ...delivery, ...verdict };
  });
}
