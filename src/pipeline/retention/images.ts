import type { Ports } from "../../core/ports.ts";
import type { Expired } from "../../core/retention.ts";

/** The images of this server's Docker that were kept long enough. */
export async function unusedImages(
  { builder, database }: Pick<Ports, "builder" | "database">,
  days: number | undefined,
  signal?: AbortSignal,
): Promise<readonly Expired[]> {
  const daemon = await builder.daemon(signal);
  return database.retention.unusedImages(daemon, await builder.images(signal), days);
}

/**
 * The image goes before its row: after a crash in between, the row's image is not there, which whoever would reuse it
 * asks anyway. An experiment that chose the image a moment before builds it again.
 */
export async function pruneImages(
  { builder, database, keep }: Pick<Ports, "builder" | "database" | "keep">,
  daemon: string,
  signal?: AbortSignal,
): Promise<void> {
  const { retention } = database;
  const images = await builder.images(signal);
  const there = new Set(images.map(({ digest }) => digest));
  for (const { id } of await retention.unusedImages(daemon, images, keep.imagesDays)) {
    signal?.throwIfAborted();
    if (await builder.remove(id)) there.delete(id);
  }
  await retention.forgetImages(daemon, [...there], keep.imagesDays);
}
