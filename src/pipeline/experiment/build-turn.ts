import type { Leases } from "../../core/lease.ts";

/** What this server is doing now; the lease speaks for the other servers. */
const here = new Set<string>();

/** Does `work` unless somebody does the same now, here or on another server: then answers undefined at once. */
export async function alone<T>(
  leases: Leases,
  name: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  if (here.has(name)) return undefined;
  here.add(name);
  try {
    if (!(await leases.take(name))) return undefined;
    try {
      return await work();
    } finally {
      // A session that broke has let go of it already.
      await leases.release(name).catch(() => undefined);
    }
  } finally {
    here.delete(name);
  }
}
