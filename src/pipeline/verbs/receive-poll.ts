import type { Stores } from "../../core/database.ts";
import type { Delivery } from "../../core/delivery.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import { refFault } from "../../core/select-triggers.ts";
import { askRepository } from "./ask-repository.ts";
import type { MovedRef } from "./moved-refs.ts";
import { NO_COMMIT } from "./new-commits.ts";
import { tellDelivery } from "./tell-delivery.ts";

/** A ref that was found moved: a delivery, once, however often it is found until it is decided. */
export async function receivePoll(
  ports: Pick<Ports, "database" | "log" | "metrics">,
  project: Project,
  moved: MovedRef,
): Promise<void> {
  const delivery = await ports.database.transaction((stores) => record(stores, project, moved));
  if (delivery !== undefined) tellDelivery(ports, delivery);
}

async function record(
  stores: Stores,
  project: Project,
  { ref, before, after }: MovedRef,
): Promise<Delivery | undefined> {
  const commit = after === NO_COMMIT ? undefined : after;
  const seen = [{ ref, commit, forced: true }];
  const forgeDeliveryId = `poll ${ref} ${before} ${after}`;
  const delivery = await stores.deliveries.create({
    projectId: project.id,
    forgeDeliveryId,
    event: "push",
    source: "poll",
    push: {
      ref,
      before,
      after,
      forced: false,
      commits: [],
      complete: false,
      pushedAt: undefined,
      pusher: undefined,
      repositoryId: undefined,
    },
  });
  if (delivery === undefined) {
    // The very same move as long ago, or one that is still being decided.
    const first = await stores.deliveries.findByForgeId(project.id, forgeDeliveryId);
    if (first?.decision !== "pending") await stores.projects.markSeen(project.id, seen);
    return undefined;
  }
  const ignored = commit === undefined ? "The ref was deleted." : refFault(ref, project.settings);
  if (ignored === undefined)
    return askRepository(stores, delivery, "The repository has moved, and is asked what is new.");
  const verdict = { decision: "nothing", reason: ignored, experiments: [] } as const;
  await stores.deliveries.decide(delivery.id, verdict);
  await stores.projects.markSeen(project.id, seen);
  return { ...delivery, ...verdict };
}
