import { createWorkingCopy } from "../test/support/git.ts";
import { waitFor } from "../test/support/wait-for.ts";
import { type BenchServer, TOKEN } from "./bench-server.ts";
import { type Figure, median } from "./figure.ts";
import { type SharedDatabase, withDatabase } from "./shared-database.ts";
import { TRIVIAL } from "./trivial-experiment.ts";

/**
 * From `kill -9` of a server to the claim of its job by another one on the same database: a build that takes long passes
 * from server to server.
 *
 *   npm run bench -- take-over [rounds]
 */
export function takeOver(rounds = 10): Promise<readonly Figure[]> {
  return withDatabase(async (shared) => {
    let server = await shared.startServer();
    await startLongBuild(server);
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const owner = await waitFor("the claim", () => ownerOf(shared));
      const next = await shared.startServer();
      const killed = performance.now();
      await server.kill();
      await waitFor("another's claim", async () => {
        const now = await ownerOf(shared);
        return now !== undefined && now !== owner;
      });
      times.push(performance.now() - killed);
      server = next;
    }
    const { items } = await server.call("GET", "/api/v1/experiments?limit=1");
    await server.call("POST", `/api/v1/experiments/${items[0].id}/cancel`, { kill: true });
    const worst = Math.max(...times);
    return [
      {
        figure: `take-over after kill -9 (n = ${rounds})`,
        target: "≤ 1 s",
        ours: `${Math.round(median(times))} ms, at most ${Math.round(worst)}`,
        beside: "",
        reached: worst <= 1000,
      },
    ];
  });
}

async function startLongBuild(server: BenchServer): Promise<void> {
  const request = { name: "long", forge: "builtin", engine: "dummy" };
  const { gitUrl } = await server.call("POST", "/api/v1/projects", request);
  const copy = await createWorkingCopy(gitUrl, TOKEN);
  const dockerfile = `${TRIVIAL.Dockerfile}RUN sleep 600 # ${Date.now()}\n`;
  await copy.commit("exp: long", { ...TRIVIAL, Dockerfile: dockerfile });
  await copy.push();
  await copy.remove();
}

/** The server that builds now. */
async function ownerOf({ knex }: SharedDatabase): Promise<string | undefined> {
  const row = await knex("jobs")
    .join("experiments", "experiments.id", "jobs.subject_id")
    .where({ "experiments.step": "Building" })
    .whereNotNull("jobs.owner")
    .first("jobs.owner");
  return row?.owner;
}
