import { ExperimentAnswer } from "../contract/experiment.ts";
import { ROUTES } from "../contract/routes.ts";
import { type Connection, referenceOf } from "./connect.ts";

/** The experiment that somebody named, in any of the ways to do so. */
export function findExperiment(connection: Connection, written: string): Promise<ExperimentAnswer> {
  const path = { id: referenceOf(connection, written) };
  return connection.client.call(ROUTES.getExperiment, ExperimentAnswer, { path });
}

/** How every command explains its argument. */
export const ID_HELP =
  "project#12, an id or its first 6 characters, a name; 12 in the context's project";
