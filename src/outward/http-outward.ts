import { lookup as lookUp } from "node:dns";
import { Agent as PlainAgent, request as plainRequest } from "node:http";
import { Agent, request as secureRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";

import type { Outward, OutwardAnswer, OutwardRequest } from "../core/outward.ts";

export interface OutwardOptions {
  /** Why nothing is sent to this IP address; undefined where it is. */
  readonly refuseAddress: (address: string) => string | undefined;
  /** For tests: addresses of this machine, and http. */
  readonly allowLocal: boolean;
  /** At one time. */
  readonly most: number;
  /** Of the proxy's settings: https_proxy and its like. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly timeoutSeconds?: number;
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;
/** An answer is read so far: what it says in words is at its beginning. */
const MOST_BYTES = 64 * 1024;
const TIMEOUT_SECONDS = 10;

/** The address that is connected to is the one that was judged: a second answer of the DNS changes nothing. */
export class HttpOutward implements Outward {
  readonly #options: OutwardOptions;
  readonly #agents: { readonly "http:": PlainAgent; readonly "https:": Agent };
  readonly #hasProxy: boolean;
  #open = 0;

  constructor(options: OutwardOptions) {
    this.#options = options;
    const proxyEnv = { ...options.environment };
    this.#hasProxy = ["https_proxy", "HTTPS_PROXY"].some((name) => (proxyEnv[name] ?? "") !== "");
    const agent = this.#hasProxy ? { proxyEnv } : {};
    this.#agents = { "http:": new PlainAgent(agent), "https:": new Agent(agent) };
  }

  hasRoom(): boolean {
    return this.#open < this.#options.most;
  }

  refuse(url: string): string | undefined {
    const parts = URL.parse(url);
    if (parts === null || url.length > 2000) return "This is no address that can be called.";
    const { protocol, hostname, username, password } = parts;
    if (protocol !== "https:" && !(protocol === "http:" && this.#options.allowLocal))
      return "The address must begin with https://.";
    if (username !== "" || password !== "")
      return "The address may hold no user name or password: give them apart from it.";
    const host = hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
    if (host === "localhost" || host.endsWith(".localhost")) return this.#inner(host, "127.0.0.1");
    return isIP(host) === 0 ? undefined : this.#inner(host, host);
  }

  async send(request: OutwardRequest, signal?: AbortSignal): Promise<OutwardAnswer> {
    const reason = this.refuse(request.url);
    if (reason !== undefined) return { kind: "forbidden", reason };
    this.#open += 1;
    try {
      return await this.#exchange(request, signal);
    } catch {
      // Of what cannot be sent at all, such as a header with a line's end in it.
      return { kind: "forbidden", reason: "The request cannot be written as HTTP." };
    } finally {
      this.#open -= 1;
    }
  }

  /** Never the error's own words where they hold more than its code: a URL may be a secret. */
  #exchange(
    { method, url, headers = {}, body }: OutwardRequest,
    signal: AbortSignal | undefined,
  ): Promise<OutwardAnswer> {
    const parts = new URL(url);
    const isPlain = parts.protocol === "http:";
    const seconds = this.#options.timeoutSeconds ?? TIMEOUT_SECONDS;
    const timeout = AbortSignal.timeout(seconds * 1000);
    const { promise, resolve } = Promise.withResolvers<OutwardAnswer>();
    const fail = (error: unknown): void =>
      resolve(
        error instanceof ForbiddenAddress
          ? { kind: "forbidden", reason: error.message }
          : {
              kind: "silent",
              reason: timeout.aborted ? `not within ${seconds} s.` : sentenceOf(error),
            },
      );
    const sent = (isPlain ? plainRequest : secureRequest)(
      parts,
      {
        method,
        headers: {
          "user-agent": "assay",
          ...(body !== undefined && { "content-length": String(Buffer.byteLength(body)) }),
          ...headers,
        },
        agent: isPlain ? this.#agents["http:"] : this.#agents["https:"],
        signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
        // Behind a proxy it is the proxy that resolves, and that decides what may be reached.
        ...(!this.#hasProxy && { lookup: this.#lookup }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        const end = (): void =>
          resolve({
            kind: "answered",
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(
              Object.entries(response.headers).map(([name, value]) => [name, String(value ?? "")]),
            ),
            text: Buffer.concat(chunks).toString("utf8"),
          });
        response.on("data", (chunk: Buffer) => {
          chunks.push(chunk);
          length += chunk.length;
          if (length < MOST_BYTES) return;
          end();
          response.destroy();
        });
        response.on("end", end);
        response.on("error", fail);
      },
    );
    sent.on("error", fail);
    sent.end(body);
    return promise;
  }

  readonly #lookup: LookupFunction = (host, options, callback) => {
    lookUp(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, []);
      const refused = found
        .map(({ address }) => this.#inner(host, address))
        .find((reason) => reason !== undefined);
      if (refused !== undefined) return callback(new ForbiddenAddress(refused), []);
      if (options.all === true) return callback(null, found);
      callback(null, found[0]?.address ?? "", found[0]?.family);
    });
  };

  #inner(host: string, address: string): string | undefined {
    if (this.#options.allowLocal && LOOPBACK.test(address)) return undefined;
    if (this.#options.refuseAddress(address) === undefined) return undefined;
    return `${host} is this server itself or its surroundings: nothing is sent there.`;
  }
}

class ForbiddenAddress extends Error {
  override name = "ForbiddenAddress";
}

const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "it takes no connections.",
  ECONNRESET: "it broke the connection.",
  ENOTFOUND: "its name is not known.",
  EAI_AGAIN: "its name cannot be looked up now.",
  ETIMEDOUT: "the connection timed out.",
  CERT_HAS_EXPIRED: "its certificate has expired.",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is signed by itself.",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is of nobody that this server trusts.",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is of nobody that this server trusts.",
};

function sentenceOf(error: unknown): string {
  const code =
    typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  return SENTENCES[code] ?? `the request failed (${code || "no reason was given"}).`;
}
