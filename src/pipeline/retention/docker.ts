import type { Ports } from "../../core/ports.ts";
import { pruneImages } from "./images.ts";

/** Images that nothing used for long, and the build cache beyond its share. Answers whether it was this server's to do. */
export async function pruneDocker(
  ports: Pick<Ports, "builder" | "database" | "dockerDiskBytes" | "keep" | "leases">,
  signal?: AbortSignal,
): Promise<boolean> {
  const { builder, dockerDiskBytes, keep, leases } = ports;
  const daemon = await builder.daemon(signal);
  // Servers on other machines have a Docker of their own to keep clean.
  if (!(await leases.take(`prune ${daemon}`))) return false;
  await pruneImages(ports, daemon, signal);
  await builder.pruneCache(Math.floor((await dockerDiskBytes()) * keep.buildCacheShare));
  return true;
}
