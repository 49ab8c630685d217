import { NotFoundError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";

/** A paused engine goes on with what it has and takes nothing new. Safe to repeat. */
export async function pauseEngine(
  { database, engines, events }: Pick<Ports, "database" | "engines" | "events">,
  name: string,
  { paused, by }: { readonly paused: boolean; readonly by: string },
): Promise<void> {
  if (!engines.has(name)) throw new NotFoundError(`There is no engine ${name} here.`);
  await database.admission.setPaused(
    name,
    paused ? `engine ${name} was paused by ${by}` : undefined,
  );
  await events.publish({ kind: "schedule" });
}
