import type { Ports } from "../../core/ports.ts";
import { removeFiles } from "./remove-files.ts";

const BATCH = 500;

/** The rows say first that the logs are gone, and that their files are to be removed; then these are. */
export async function pruneLogs(
  ports: Pick<Ports, "archives" | "database" | "keep" | "logs" | "repository">,
  signal?: AbortSignal,
): Promise<void> {
  const { database, keep } = ports;
  for (let given = BATCH; given === BATCH;) {
    signal?.throwIfAborted();
    given = await database.retention.giveUpLogs(keep.logsDays, BATCH);
    if (given > 0) await removeFiles(ports, signal);
  }
}
