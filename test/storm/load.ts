import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import type { Answer, Client } from "./client.ts";
import { messageOf } from "./made-up-repository.ts";
import {
  commitOf,
  MAX_ACTIVE,
  PROJECTS,
  PUSHED_TO,
  pushedBefore,
  type Script,
  scriptOf,
} from "./script.ts";

const REPOSITORY_ID = 5702;

/** Plays the scripts: submits, pushes, cancels, approves, resubmits; each as often as it takes. */
export class Load {
  /** Requests that were refused for good: none should be. */
  readonly refused: string[] = [];
  /** By what was asked. */
  readonly asked: Record<string, number> = {};
  readonly #client: Client;
  readonly #seed: number;
  #webhookSecret = "";
  readonly #played = new Map<number, Promise<void>>();
  readonly #later = new Set<Promise<void>>();

  constructor(client: Client, seed: number) {
    this.#client = client;
    this.#seed = seed;
  }

  async begin(): Promise<void> {
    for (const name of PROJECTS) {
      const { status, body } = await this.#client.ask("/api/v1/projects", {
        name,
        settings: { maxActive: MAX_ACTIVE },
        ...(name === PUSHED_TO
          ? { forge: "github", repository: "https://github.com/lab/west.git" }
          : { forge: "builtin" }),
      });
      // 409: it was made, and the answer was lost.
      if (status !== 201 && status !== 409)
        throw new Error(`no project ${name}: ${JSON.stringify(body)}`);
    }
    const { body } = await this.#client.ask(`/api/v1/projects/${PUSHED_TO}/webhook-secret`, {});
    this.#webhookSecret = body.webhookSecret;
    await this.#tellOutside();
  }

  /** Whoever pushes sees at the forge how it went, and a webhook hears of each ending. */
  async #tellOutside(): Promise<void> {
    const project = `/api/v1/projects/${PUSHED_TO}`;
    const token = { token: "of-the-storm" };
    const asked = [
      await this.#client.ask(`${project}/forge-credential`, token, {}, "PUT"),
      await this.#client.ask(`${project}/destinations`, {
        kind: "webhook",
        url: "https://hooks.example.org/storm",
        events: ["finished"],
      }),
    ];
    for (const { status, body } of asked)
      if (status >= 300) throw new Error(`nobody outside is told: ${JSON.stringify(body)}`);
  }

  /** Answers when the platform has taken it; what is done to it later goes on by itself. */
  play(index: number): Promise<void> {
    const played = this.#play(scriptOf(this.#seed, index));
    this.#played.set(index, played);
    return played;
  }

  async #play(script: Script): Promise<void> {
    const { index } = script;
    // What it needs must be there; another lane may still be asking for it.
    if (script.needs !== undefined) await this.#played.get(script.needs);
    if (script.isPushed) return this.#push(script);
    const request = {
      project: script.project,
      commit: script.commit,
      name: script.name,
      priority: script.priority,
    };
    const submit = (): Promise<Answer> =>
      this.#ask("submit", "/api/v1/experiments", request, {
        "idempotency-key": script.name,
      });
    // Somebody impatient sends it twice at the same time.
    const answers = await Promise.all(index % 7 === 0 ? [submit(), submit()] : [submit()]);
    const id = this.#idOf(answers);
    if (id !== undefined) this.#afterwards(this.#goOn(script, id));
  }

  /** Everything that was asked for has been answered. */
  async end(): Promise<void> {
    while (this.#later.size > 0) await Promise.all(this.#later);
  }

  #afterwards(work: Promise<void>): void {
    const done = work.finally(() => this.#later.delete(done));
    this.#later.add(done);
  }

  async #goOn(script: Script, id: string): Promise<void> {
    const one = `/api/v1/experiments/${id}`;
    if (script.isApproved) await this.#ask("approve", `${one}/approve`, {});
    if (script.isResubmitted) {
      await sleep(200);
      const key = { "idempotency-key": `${script.name}-again` };
      this.#idOf([await this.#ask("resubmit", `${one}/resubmit`, {}, key)]);
    }
    if (script.cancel === undefined) return;
    const { afterMilliseconds, kill, again } = script.cancel;
    await sleep(afterMilliseconds);
    if (again) await this.#ask("cancel", `${one}/cancel`, { kill: false });
    await this.#ask(kill ? "kill" : "cancel", `${one}/cancel`, { kill });
  }

  /** A forge that sends some deliveries twice, with the same id or with another one. */
  async #push({ index, name }: Script): Promise<void> {
    const before = pushedBefore(index);
    const push = {
      ref: "refs/heads/main",
      before: before === undefined ? "0".repeat(40) : commitOf(before),
      after: commitOf(index),
      repository: { id: REPOSITORY_ID },
      pusher: { name: "ada" },
      commits: [
        {
          id: commitOf(index),
          message: messageOf(index),
          timestamp: "2026-01-01T00:00:00Z",
          author: { name: "Ada", email: "ada@example.org" },
        },
      ],
    };
    const signature = createHmac("sha256", this.#webhookSecret)
      .update(JSON.stringify(push))
      .digest("hex");
    const deliver = (id: string): Promise<Answer> =>
      this.#ask("webhook", `/webhooks/${PUSHED_TO}`, push, {
        "x-github-event": "push",
        "x-github-delivery": id,
        "x-hub-signature-256": `sha256=${signature}`,
      });
    const ids = [
      name,
      ...(index % 3 === 0 ? [name] : []),
      ...(index % 4 === 0 ? [`${name}-b`] : []),
    ];
    await Promise.all(ids.map(deliver));
  }

  async #ask(
    what: string,
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    this.asked[what] = (this.asked[what] ?? 0) + 1;
    for (;;) {
      const answer = await this.#client.ask(path, body, headers);
      // The same key is being submitted now.
      if (answer.status === 409 && what === "resubmit") continue;
      if (answer.status >= 400 && answer.status !== 409)
        this.refused.push(`${what}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer;
    }
  }

  #idOf(answers: readonly Answer[]): string | undefined {
    const ids = new Set(answers.map(({ body }) => body.id));
    if (ids.size === 1) return answers[0]?.body.id;
    this.refused.push(`one key made ${ids.size} experiments: ${[...ids].join(", ")}`);
    return undefined;
  }
}
