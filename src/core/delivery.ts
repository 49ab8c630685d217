import type { Page, PageRequest } from "./experiment-store.ts";
import type { Push } from "./forge.ts";

export type Decision = "started" | "nothing" | "duplicate" | "pending";

export interface StartedExperiment {
  readonly id: string;
  readonly number: number;
  readonly commit: string;
  /** The manifest that was asked for. */
  readonly manifest: string;
}

/** One webhook call or push, as received, with the decision and why. */
export interface Delivery {
  readonly id: string;
  readonly projectId: string;
  /** The forge's id of the delivery; a repeat of it gets the first answer. */
  readonly forgeDeliveryId: string | undefined;
  readonly event: string;
  readonly source: "webhook" | "git" | "poll";
  readonly receivedAt: Date;
  readonly push: Push | undefined;
  readonly decision: Decision;
  /** A sentence, or several: every tagged commit is told what became of it. */
  readonly reason: string;
  readonly experiments: readonly StartedExperiment[];
}

export interface NewDelivery {
  readonly projectId: string;
  readonly forgeDeliveryId: string | undefined;
  readonly event: string;
  readonly source: Delivery["source"];
  readonly push: Push | undefined;
}

export interface DeliveryStore {
  /** Records it as pending; undefined where this forge delivery id is there already. */
  create(delivery: NewDelivery): Promise<Delivery | undefined>;
  find(id: string): Promise<Delivery | undefined>;
  /** Since it was received, by the database's clock. */
  waitedSeconds(id: string): Promise<number>;
  findByForgeId(projectId: string, forgeDeliveryId: string): Promise<Delivery | undefined>;
  decide(id: string, verdict: Pick<Delivery, "decision" | "reason" | "experiments">): Promise<void>;
  list(projectId: string, page: PageRequest): Promise<Page<Delivery>>;
}
