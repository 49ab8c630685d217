import type { Request, Response } from "express";

import { PageQuery } from "../../contract/page.ts";
import type { Engine, Machine } from "../../core/engine.ts";
import { NotFoundError } from "../../core/errors.ts";
import { stateOf, whyClosed } from "../../core/hold.ts";
import type { Ports } from "../../core/ports.ts";
import { holdQueue, resumeQueue } from "../../pipeline/verbs/hold-queue.ts";
import { userOf } from "../auth.ts";
import type { Handlers } from "../handler.ts";
import { parameter, queryOf } from "../input.ts";
import { listPage } from "../list-page.ts";
import { presentEngine } from "../present/engine.ts";

/** Somebody waits for the answer. */
const ANSWER_MS = 5_000;

export function engineRoutes(
  ports: Ports,
): Pick<Handlers, "listEngines" | "pauseEngine" | "resumeEngine" | "drainEngine"> {
  /** Does this with the engine that the address names, and shows it. */
  const changed =
    (change: (engine: string, by: string) => Promise<void>) =>
    async (request: Request, response: Response): Promise<void> => {
      const name = parameter(request, "name");
      const engine = ports.engines.get(name);
      if (engine === undefined) throw new NotFoundError(`There is no engine "${name}".`);
      await change(name, userOf(request));
      const [shown] = await show(ports, [engine]);
      response.json(shown);
    };

  return {
    async listEngines(request, response) {
      const query = queryOf(PageQuery, request);
      const { items, nextCursor } = listPage(
        [...ports.engines.values()],
        ({ name }) => name,
        query,
      );
      response.json({ items: await show(ports, items), nextCursor: nextCursor ?? null });
    },
    pauseEngine: changed((engine, by) => holdQueue(ports, { engine }, { drain: false, by })),
    drainEngine: changed((engine, by) => holdQueue(ports, { engine }, { drain: true, by })),
    resumeEngine: changed((engine) => resumeQueue(ports, { engine })),
  };
}

async function show(
  ports: Pick<Ports, "database" | "log" | "closedBecause">,
  engines: readonly Engine[],
) {
  const { admission } = ports.database;
  const [{ reservations }, holds] = await Promise.all([admission.snapshot(), admission.holds()]);
  return Promise.all(
    engines.map(async (engine) => {
      const { name } = engine;
      const reserved = reservations.filter((each) => each.engine === name);
      return presentEngine(engine, {
        machines: await machinesOf(ports, engine),
        state: stateOf(holds.engines.get(name), reserved.length > 0),
        closed: whyClosed(holds, name) ?? (await ports.closedBecause(name)),
        reservations: reserved,
      });
    }),
  );
}

/** One that does not answer is shown as such, and soon, be it that it does not heed the signal. */
async function machinesOf(
  { log }: Pick<Ports, "log">,
  engine: Engine,
): Promise<readonly Machine[] | undefined> {
  const bound = AbortSignal.timeout(ANSWER_MS);
  const tooLong = new Promise<never>((_, reject) => {
    bound.addEventListener("abort", () => reject(bound.reason), { once: true });
  });
  try {
    return await Promise.race([engine.capacity(bound), tooLong]);
  } catch (error) {
    log.warn({ engine: engine.name, error }, "engine did not tell its capacity");
    return undefined;
  }
}
