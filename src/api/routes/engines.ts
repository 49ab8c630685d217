import type { Request, Response } from "express";

import { PageQuery } from "../../contract/page.ts";
import type { Engine, Machine } from "../../core/engine.ts";
import { NotFoundError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";
import { pauseEngine } from "../../pipeline/verbs/pause-engine.ts";
import { userOf } from "../auth.ts";
import type { Handlers } from "../handler.ts";
import { parameter, queryOf } from "../input.ts";
import { listPage } from "../list-page.ts";
import { presentEngine } from "../present/engine.ts";

export function engineRoutes(
  ports: Ports,
): Pick<Handlers, "listEngines" | "pauseEngine" | "resumeEngine"> {
  async function setPaused(request: Request, response: Response, paused: boolean): Promise<void> {
    const name = parameter(request, "name");
    const engine = ports.engines.get(name);
    if (engine === undefined) throw new NotFoundError(`There is no engine "${name}".`);
    await pauseEngine(ports, name, { paused, by: userOf(request) });
    const [shown] = await show(ports, [engine]);
    response.json(shown);
  }

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
    pauseEngine: (request, response) => setPaused(request, response, true),
    resumeEngine: (request, response) => setPaused(request, response, false),
  };
}

async function show(
  ports: Pick<Ports, "database" | "log" | "closedBecause">,
  engines: readonly Engine[],
) {
  const { admission } = ports.database;
  const [{ reservations }, paused] = await Promise.all([
    admission.snapshot(),
    admission.pausedEngines(),
  ]);
  return Promise.all(
    engines.map(async (engine) =>
      presentEngine(engine, {
        machines: await machinesOf(ports, engine),
        paused: paused.has(engine.name),
        closed: paused.get(engine.name) ?? (await ports.closedBecause(engine.name)),
        reservations: reservations.filter((reserved) => reserved.engine === engine.name),
      }),
    ),
  );
}

/** One that does not answer is shown as such, and soon. */
async function machinesOf(
  { log }: Pick<Ports, "log">,
  engine: Engine,
): Promise<readonly Machine[] | undefined> {
  try {
    return await engine.capacity(AbortSignal.timeout(5_000));
  } catch (error) {
    log.warn({ engine: engine.name, error }, "engine did not tell its capacity");
    return undefined;
  }
}
