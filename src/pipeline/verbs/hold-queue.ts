import { NotFoundError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";

type HoldPorts = Pick<Ports, "database" | "engines" | "events">;

/** An engine, or the queue as a whole. */
export interface Held {
  readonly engine: string | undefined;
}

/**
 * Nothing new starts; what runs goes on. A drain says beside this that somebody waits until nothing runs any more. Safe to
 * repeat: the last word counts.
 */
export async function holdQueue(
  ports: HoldPorts,
  { engine }: Held,
  { drain, by }: { readonly drain: boolean; readonly by: string },
): Promise<void> {
  refuseUnknown(ports, engine);
  const reason = `${drain ? "drained" : "paused"} by ${by}`;
  await ports.database.admission.setHold(engine, { reason, drain });
  await ports.events.publish({ kind: "schedule" });
}

/** New work starts again. Safe to repeat. */
export async function resumeQueue(ports: HoldPorts, { engine }: Held): Promise<void> {
  refuseUnknown(ports, engine);
  await ports.database.admission.setHold(engine, undefined);
  await ports.events.publish({ kind: "schedule" });
}

function refuseUnknown({ engines }: HoldPorts, engine: string | undefined): void {
  if (engine !== undefined && !engines.has(engine))
    throw new NotFoundError(
      `There is no engine ${engine} here. Known: ${[...engines.keys()].join(", ")}.`,
    );
}
