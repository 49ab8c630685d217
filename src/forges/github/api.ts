import { createHash } from "node:crypto";

import type { createAppAuth } from "@octokit/auth-app";
import { z } from "zod";

import type { ForgeTarget } from "../../core/forge.ts";
import type { Outward, OutwardAnswer } from "../../core/outward.ts";
import { repositoryAddress } from "../repository-address.ts";

interface Target extends ForgeTarget {
  readonly api: string;
}

type Authorize = () => Promise<string>;

interface Installation {
  readonly auth: ReturnType<typeof createAppAuth>;
  readonly installationId: number;
}

/** Apps whose tokens are kept, for the hour that they are good for. */
const MOST_APPS = 100;

/**
 * GitHub's API by its own libraries, which are read when they are first needed; what they send goes the way of
 * everything that goes outside.
 */
export class GitHubApi {
  readonly #outward: Pick<Outward, "send">;
  readonly #apps = new Map<string, Authorize>();

  constructor(outward: Pick<Outward, "send">) {
    this.#outward = outward;
  }

  async call(
    target: Target,
    route: string,
    parameters: object,
    signal: AbortSignal | undefined,
  ): Promise<OutwardAnswer> {
    try {
      const request = await this.#request(target, signal);
      const authorization = await this.#authorization(target);
      const { status, headers } = await request(route, {
        ...parameters,
        headers: { authorization },
      });
      return { kind: "answered", status, headers: textOf(headers), text: "" };
    } catch (error) {
      return answerIn(error);
    }
  }

  async #request({ api: baseUrl }: Target, signal?: AbortSignal) {
    const { request } = await import("@octokit/request");
    const fetch = (url: string, init: RequestInit): Promise<Response> =>
      this.#fetch(url, init, signal);
    return request.defaults({ baseUrl, request: { fetch } });
  }

  async #fetch(url: string, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
    const answer = await this.#outward.send(
      {
        method: init.method === "POST" ? "POST" : "GET",
        url,
        headers: Object.fromEntries(new Headers(init.headers)),
        body: typeof init.body === "string" ? init.body : undefined,
      },
      signal,
    );
    if (answer.kind !== "answered") throw new Unanswered(answer);
    const { status, headers, text } = answer;
    return new Response(text === "" ? null : text, { status, headers });
  }

  #authorization(target: Target): Promise<string> {
    const { credential } = target;
    if (credential.kind === "token") return Promise.resolve(`token ${credential.token}`);
    const key = createHash("sha256")
      .update(JSON.stringify([credential, target.api, target.repository]))
      .digest("base64");
    const known = this.#apps.get(key);
    if (known !== undefined) return known();
    const authorize = this.#app(target, credential);
    if (this.#apps.size >= MOST_APPS) this.#apps.clear();
    this.#apps.set(key, authorize);
    return authorize();
  }

  #app(target: Target, app: Extract<ForgeTarget["credential"], { kind: "app" }>): Authorize {
    let made: Promise<Installation> | undefined;
    return async () => {
      made ??= this.#installation(target, app);
      try {
        const { auth, installationId } = await made;
        const { token } = await auth({ type: "installation", installationId });
        return `token ${token}`;
      } catch (error) {
        made = undefined;
        throw error;
      }
    };
  }

  /** The library keeps the installation's token and makes another before it ends. */
  async #installation(
    target: Target,
    app: Extract<ForgeTarget["credential"], { kind: "app" }>,
  ): Promise<Installation> {
    const { createAppAuth } = await import("@octokit/auth-app");
    const request = await this.#request(target);
    const { appId, privateKey, installationId } = app;
    const auth = createAppAuth({ appId, privateKey, request });
    if (installationId !== undefined) return { auth, installationId };
    const { token } = await auth({ type: "app" });
    const [owner = "", repo = ""] = repositoryAddress(target.repository).path.split("/").slice(-2);
    const headers = { authorization: `bearer ${token}` };
    const route = "GET /repos/{owner}/{repo}/installation";
    const { data } = await request(route, { owner, repo, headers });
    return { auth, installationId: data.id };
  }
}

/** Carries what became of a request through the library, which knows only of answers. */
class Unanswered extends Error {
  override name = "Unanswered";
  readonly answer: OutwardAnswer;
  constructor(answer: Exclude<OutwardAnswer, { kind: "answered" }>) {
    super(answer.reason);
    this.answer = answer;
  }
}

/** What the library throws for every answer that is no success. */
const failure = z.object({
  response: z.object({
    status: z.number(),
    headers: z.record(z.string(), z.unknown()).default({}),
    data: z.unknown(),
  }),
});

const unanswered = z.object({ cause: z.instanceof(Unanswered) });

/** Anything else is a fault of ours, and stays thrown. */
function answerIn(error: unknown): OutwardAnswer {
  if (error instanceof Unanswered) return error.answer;
  const none = unanswered.safeParse(error).data;
  if (none !== undefined) return none.cause.answer;
  const { status, headers, data } = failure.parse(error, {
    error: () => messageOf(error),
  }).response;
  return { kind: "answered", status, headers: textOf(headers), text: JSON.stringify(data) };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : "unknown");

const textOf = (headers: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
