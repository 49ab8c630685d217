import { setTimeout as sleep } from "node:timers/promises";

import { withServer } from "./bench-server.ts";
import type { Figure } from "./figure.ts";

/**
 * What a server holds of the memory while nothing happens, and what it uses of the processors.
 *
 *   npm run bench -- idle [seconds]
 */
export function idle(seconds = 20): Promise<readonly Figure[]> {
  return withServer(async (server) => {
    const before = await server.cpuSeconds();
    await sleep(seconds * 1000);
    const after = await server.cpuSeconds();
    const megabytes = Math.round((await server.residentBytes()) / 1e6);
    const share = (from: number, to: number): string =>
      `${(((to - from) / seconds) * 100).toFixed(1)} %`;
    const used = `${share(before.own, after.own)} of a core, its PostgreSQL ${share(before.database, after.database)}`;
    return [
      {
        figure: "server RSS idle",
        target: "≤ 120 MB",
        ours: `${megabytes} MB (${used})`,
        beside: "",
        reached: megabytes <= 120,
      },
    ];
  });
}
