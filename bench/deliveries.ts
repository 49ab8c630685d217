import { createHmac, randomUUID } from "node:crypto";

import { createWorkingCopy } from "../test/support/git.ts";
import { waitFor } from "../test/support/wait-for.ts";
import { type BenchServer, withServer } from "./bench-server.ts";
import type { Figure } from "./figure.ts";
import { TRIVIAL } from "./trivial-experiment.ts";

/**
 * Signed deliveries that arrive at once, as after an outage of the forge: until the last one is accepted, and whether
 * each has its experiment.
 *
 *   npm run bench -- deliveries [count]
 */
export function deliveries(count = 50): Promise<readonly Figure[]> {
  return withServer(async (server, folder) => {
    const bare = `${folder}/forge.git`;
    const copy = await createWorkingCopy(bare);
    await copy.git("init", "--quiet", "--bare", "--initial-branch=main", bare);
    await copy.commit("the beginning", TRIVIAL);
    await copy.push();
    const project = await server.call("POST", "/api/v1/projects", {
      name: "deliveries",
      forge: "github",
      repository: `file://${bare}`,
      engine: "dummy",
    });
    const bodies = await payloads(count, copy);
    await copy.push();

    await post(server, project.webhookSecret, JSON.stringify({ zen: "warm" }), "ping");
    const started = performance.now();
    await Promise.all(bodies.map((body) => post(server, project.webhookSecret, body, "push")));
    const acceptedMs = Math.round(performance.now() - started);

    const experiments = await waitFor(
      "the deliveries' experiments",
      async () => {
        const { items } = await server.call(
          "GET",
          "/api/v1/experiments?project=deliveries&limit=200",
        );
        return items.length >= count && items.length;
      },
      120,
    ).catch(() => 0);
    await copy.remove();
    return [
      {
        figure: `${count} signed deliveries accepted`,
        target: "≤ 500 ms, none lost",
        ours: `${acceptedMs} ms, ${count - experiments} lost`,
        beside: "",
        reached: acceptedMs <= 500 && experiments === count,
      },
    ];
  });
}

/** One commit each, in one history, with its push event. */
async function payloads(
  count: number,
  copy: Awaited<ReturnType<typeof createWorkingCopy>>,
): Promise<readonly string[]> {
  const bodies: string[] = [];
  let before = await copy.git("rev-parse", "HEAD");
  for (let number = 0; number < count; number += 1) {
    const message = `exp: delivery ${number}`;
    const after = await copy.commit(message);
    const author = { name: "Ada", email: "ada@example.org" };
    const commit = { id: after, message, timestamp: new Date().toISOString(), author };
    bodies.push(
      JSON.stringify({
        ref: "refs/heads/main",
        before,
        after,
        created: false,
        deleted: false,
        forced: false,
        repository: {
          id: 1,
          full_name: "lab/deliveries",
          pushed_at: Math.floor(Date.now() / 1000),
        },
        pusher: author,
        head_commit: commit,
        commits: [{ ...commit, distinct: true }],
      }),
    );
    before = after;
  }
  return bodies;
}

async function post(
  server: BenchServer,
  secret: string,
  body: string,
  event: string,
): Promise<void> {
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  const response = await fetch(`${server.url}/webhooks/deliveries`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": event,
      "x-github-delivery": randomUUID(),
      "x-hub-signature-256": `sha256=${signature}`,
    },
    body,
  });
  if (!response.ok) throw new Error(`a delivery was refused: ${await response.text()}`);
}
