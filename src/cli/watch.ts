import { ExperimentAnswer } from "../contract/experiment.ts";
import { ROUTES } from "../contract/routes.ts";
import type { Client } from "./client.ts";
import { isFinished } from "./outcome.ts";
import { serverEvents } from "./server-events.ts";

/** The experiment as it is now and after each change, up to its end. */
export async function* watch(client: Client, id: string): AsyncGenerator<ExperimentAnswer> {
  const path = { id };
  const left = new AbortController();
  const request = { path, signal: left.signal };
  try {
    for await (const { event } of serverEvents(client, ROUTES.followExperiment, request)) {
      if (event !== "changed") continue;
      // The stream says that something changed; what it is now is asked for.
      const experiment = await client.call(ROUTES.getExperiment, ExperimentAnswer, { path });
      yield experiment;
      if (isFinished(experiment)) return;
    }
  } finally {
    left.abort();
  }
}
