import type { ObjectInfo } from "../../core/object-store.ts";
import type { Ports } from "../../core/ports.ts";
import type { Expired } from "../../core/retention.ts";
import { ARCHIVES } from "../experiment/cloning.ts";

const PAGE = 1000;

/** The source archives that were kept long enough, in the order of their keys. */
export async function* unusedArchives(
  ports: Pick<Ports, "archives" | "database">,
  days: number | undefined,
): AsyncGenerator<Expired> {
  if (days === undefined) return;
  for await (const page of pages(ports))
    yield* await ports.database.retention.unusedArchives(page, days);
}

/**
 * No row has to change: the archive of a commit is made again where it is missing, and whoever needs an uploaded one is
 * told that it is gone.
 */
export async function pruneArchives(
  ports: Pick<Ports, "archives" | "database" | "keep">,
  signal?: AbortSignal,
): Promise<void> {
  for await (const { id } of unusedArchives(ports, ports.keep.archivesDays)) {
    signal?.throwIfAborted();
    await ports.archives.delete(ARCHIVES, id);
  }
}

async function* pages({
  archives,
}: Pick<Ports, "archives">): AsyncGenerator<readonly ObjectInfo[]> {
  let after: string | undefined;
  do {
    const { objects, nextAfter } = await archives.list(ARCHIVES, { limit: PAGE, after });
    if (objects.length > 0) yield objects;
    after = nextAfter;
  } while (after !== undefined);
}
