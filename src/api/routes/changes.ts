import type { Request, Response } from "express";

import { ChangesQuery } from "../../contract/change.ts";
import type { Ports } from "../../core/ports.ts";
import { EventStream, whileOpen } from "../event-stream.ts";
import { type ExperimentHint, experimentChanges } from "../experiment-changes.ts";
import { experimentOf, findProject } from "../find.ts";
import type { Handlers } from "../handler.ts";
import { queryOf } from "../input.ts";
import { presentChange } from "../present/change.ts";

export function changeRoutes(
  ports: Pick<Ports, "database" | "events">,
  stopping: AbortSignal,
): Pick<Handlers, "followExperiment" | "followExperiments"> {
  async function tell(
    request: Request,
    response: Response,
    isWanted: (hint: ExperimentHint) => boolean,
    first: readonly string[],
  ): Promise<void> {
    const stream = new EventStream(request, response, stopping);
    await whileOpen(stream, async () => {
      for await (const experiment of experimentChanges(ports, isWanted, stream.signal, first))
        await stream.send({ event: "changed", data: presentChange(experiment) });
    });
  }

  return {
    // How it stands comes first, so that nothing is missed between reading it and listening.
    async followExperiment(request, response) {
      const { id } = await experimentOf(ports, request);
      await tell(request, response, ({ experimentId }) => experimentId === id, [id]);
    },

    async followExperiments(request, response) {
      const { project } = queryOf(ChangesQuery, request);
      const id = project === undefined ? undefined : (await findProject(ports, project)).id;
      await tell(request, response, ({ projectId }) => id === undefined || projectId === id, []);
    },
  };
}
