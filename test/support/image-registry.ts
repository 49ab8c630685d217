import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

interface Kept {
  readonly bytes: Buffer;
  readonly type: string;
}

/** A registry of images on this machine alone, as the distribution's API has it, for one user. */
export class ImageRegistry {
  readonly #server: Server;
  readonly #authorization: string;
  readonly #blobs = new Map<string, Buffer>();
  readonly #uploads = new Map<string, Buffer>();
  /** By `<repository>:<tag>`, and by `<repository>@<digest>`. */
  readonly #manifests = new Map<string, Kept>();

  private constructor(user: string, password: string) {
    this.#authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
  }

  static async start(user: string, password: string): Promise<ImageRegistry> {
    const registry = new ImageRegistry(user, password);
    registry.#server.listen(0, "127.0.0.1");
    await once(registry.#server, "listening");
    return registry;
  }

  get host(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `127.0.0.1:${port}`;
  }

  /** What was pushed: `team/digits:0a1b…`. */
  get tags(): readonly string[] {
    return [...this.#manifests.keys()].filter((name) => !name.includes("@"));
  }

  /** A tag stands for what another one stands for. */
  move(tag: string, to: string): void {
    const kept = this.#manifests.get(to);
    if (kept === undefined) throw new Error(`there is no ${to}`);
    this.#manifests.set(tag, kept);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = (status: number, headers: OutgoingHttpHeaders = {}, body?: Buffer): void => {
      response.writeHead(status, { "docker-distribution-api-version": "registry/2.0", ...headers });
      response.end(request.method === "HEAD" ? undefined : body);
    };
    const bytes = await buffer(request);
    if (request.headers.authorization !== this.#authorization)
      return reply(401, { "www-authenticate": 'Basic realm="images"' }, REFUSED);
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://registry");
    const [, repository = "", kind, rest = ""] =
      /^\/v2\/(.+)\/(blobs|manifests)\/(.*)$/.exec(pathname) ?? [];
    if (kind === undefined) return reply(200);
    if (kind === "manifests") return this.#manifest(request, { repository, rest, bytes }, reply);
    if (request.method === "POST") return reply(202, { location: `${pathname}${randomUUID()}` });
    if (rest.startsWith("uploads/")) {
      const all = Buffer.concat([this.#uploads.get(rest) ?? Buffer.of(), bytes]);
      this.#uploads.set(rest, all);
      const range = `0-${all.length - 1}`;
      if (request.method === "PATCH") return reply(202, { location: pathname, range });
      const digest = searchParams.get("digest") ?? "";
      this.#blobs.set(digest, all);
      return reply(201, { "docker-content-digest": digest });
    }
    const blob = this.#blobs.get(rest);
    if (blob === undefined) return reply(404, {}, NOTHING);
    reply(200, { "content-length": blob.length, "docker-content-digest": rest }, blob);
  }

  #manifest(
    { method, headers }: IncomingMessage,
    asked: { readonly repository: string; readonly rest: string; readonly bytes: Buffer },
    reply: (status: number, headers?: OutgoingHttpHeaders, body?: Buffer) => void,
  ): void {
    const { repository, rest, bytes } = asked;
    const byDigest = (digest: string): string => `${repository}@${digest}`;
    const place = rest.startsWith("sha256:") ? byDigest(rest) : `${repository}:${rest}`;
    if (method === "PUT") {
      const kept = { bytes, type: headers["content-type"] ?? "" };
      this.#manifests.set(place, kept);
      this.#manifests.set(byDigest(digestOf(bytes)), kept);
      return reply(201, { "docker-content-digest": digestOf(bytes) });
    }
    const kept = this.#manifests.get(place);
    if (kept === undefined) return reply(404, {}, NOTHING);
    reply(
      200,
      {
        "content-type": kept.type,
        "content-length": kept.bytes.length,
        "docker-content-digest": digestOf(kept.bytes),
      },
      kept.bytes,
    );
  }
}

const digestOf = (bytes: Buffer): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

const problem = (code: string): Buffer =>
  Buffer.from(JSON.stringify({ errors: [{ code, message: code.toLowerCase() }] }));
const REFUSED = problem("UNAUTHORIZED");
const NOTHING = problem("MANIFEST_UNKNOWN");
