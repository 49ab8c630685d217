import type { RefusedDeliveryAnswer } from "../contract/delivery.ts";

const KEPT = 20;

/** The last deliveries of each project that were not believed: in memory, as anybody can send them. */
export class RefusedDeliveries {
  readonly #byProject = new Map<string, readonly RefusedDeliveryAnswer[]>();

  add(projectId: string, refused: RefusedDeliveryAnswer): void {
    this.#byProject.set(projectId, [refused, ...this.of(projectId)].slice(0, KEPT));
  }

  /** The newest first. */
  of(projectId: string): readonly RefusedDeliveryAnswer[] {
    return this.#byProject.get(projectId) ?? [];
  }
}
