import type { Ports } from "../../core/ports.ts";
import type { Removal } from "../../core/retention.ts";
import { ARCHIVES } from "../experiment/cloning.ts";

const BATCH = 100;
/** How long a person who deletes something waits. */
const REQUEST_MS = 2000;

type FilePorts = Pick<Ports, "archives" | "database" | "logs" | "repository">;

/**
 * Removes the files that no row speaks of any more. Each is removed before it is struck off the list, and can be removed
 * twice: a crash in between costs nothing. What cannot be removed holds up nothing else, and is thrown at the end.
 */
export async function removeFiles(ports: FilePorts, signal?: AbortSignal): Promise<void> {
  const { retention } = ports.database;
  const failures: unknown[] = [];
  let due: readonly Removal[];
  do {
    due = await retention.removals(BATCH);
    for (const removal of due) {
      signal?.throwIfAborted();
      try {
        await remove(ports, removal);
        await retention.removed(removal);
      } catch (error) {
        failures.push(error);
      }
    }
  } while (due.length === BATCH && failures.length === 0);
  if (failures.length > 0)
    throw new Error(`${failures.length} files or folders could not be removed`, {
      cause: failures[0],
    });
}

/** What can be removed while somebody waits for it. It is deleted anyway: the rest the sweep removes, and tells of. */
export async function removeFilesAtOnce(ports: FilePorts): Promise<void> {
  await removeFiles(ports, AbortSignal.timeout(REQUEST_MS)).catch(() => undefined);
}

function remove(ports: FilePorts, { kind, name }: Removal): Promise<unknown> {
  switch (kind) {
    case "logs":
      return ports.logs.remove(name);
    case "archive":
      return ports.archives.delete(ARCHIVES, name);
    case "repository":
      return ports.repository.remove({ slug: name });
  }
}
