import type { Ports } from "../../core/ports.ts";
import { pruneArchives } from "./archives.ts";
import { pruneLogs } from "./logs.ts";

/** Archives and logs that were kept long enough. Answers whether it was this server's to do. */
export async function pruneDataDirectory(
  ports: Pick<Ports, "archives" | "database" | "keep" | "leases" | "logs" | "repository">,
  signal?: AbortSignal,
): Promise<boolean> {
  if (!(await ports.leases.take("prune data directory"))) return false;
  await pruneArchives(ports, signal);
  await pruneLogs(ports, signal);
  return true;
}
