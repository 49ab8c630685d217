import type { Place } from "./replicas.ts";

/** The replica of rank 0: the others find it by this name. */
export function coordinatorOf(all: readonly Place[]): string {
  return all[0]?.name ?? "";
}

/** What torch.distributed and rabit look for; `port` is the coordinator's. */
export function masterVariables(
  { rank }: Place,
  all: readonly Place[],
  port: number,
): Readonly<Record<string, string>> {
  return {
    MASTER_ADDR: coordinatorOf(all),
    MASTER_PORT: String(port),
    WORLD_SIZE: String(all.length),
    RANK: String(rank),
  };
}
