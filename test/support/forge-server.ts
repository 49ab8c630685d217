import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A status as a forge keeps it, in the forge's own words. */
export interface KeptStatus {
  readonly commit: string;
  readonly context: string;
  readonly state: string;
  readonly description: string;
  readonly url: string;
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  // A test looks into it as it pleases.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** Instead of the forge's own answer: another one, silence, or undefined for its own. */
type Mood = (call: Call) => Answer | "silence" | undefined;

export const TOKEN = "the-right-token";
export const READ_ONLY = "a-token-that-may-only-read";
const INSTALLATION_TOKEN = "ghs_of-the-installation";

/** The APIs of the forges, as far as they are about statuses, each where its documentation has it. */
export class ForgeServer {
  readonly statuses: KeptStatus[] = [];
  readonly calls: Call[] = [];
  /** Of an app that is installed. */
  readonly app = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  mood: Mood = () => undefined;
  readonly #server: Server;
  #url = "";

  constructor() {
    this.#server = createServer((request, response) => void this.#receive(request, response));
  }

  get url(): string {
    return this.#url;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => void this.#server.listen(0, "127.0.0.1", resolve));
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("it has no port");
    this.#url = `http://127.0.0.1:${address.port}`;
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => void this.#server.close(resolve));
  }

  /** The states that a commit went through in one context. */
  statesOf(commit: string): readonly string[] {
    return this.statuses.filter((each) => each.commit === commit).map(({ state }) => state);
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const { method = "", url = "", headers } = request;
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    const call: Call = { method, path: url, headers, body };
    this.calls.push(call);
    const answer = this.mood(call) ?? this.#answer(call);
    if (answer === "silence") return;
    response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
    response.end(JSON.stringify(answer.body ?? {}));
  }

  #answer(call: Call): Answer {
    const { path } = call;
    if (path.startsWith("/api/v4/")) return this.#gitLab(call);
    if (path.startsWith("/api/v1/")) return this.#gitea(call);
    if (path.startsWith("/2.0/")) return this.#bitbucket(call);
    if (path.startsWith("/rest/")) return this.#bitbucketServer(call);
    return this.#gitHub(call);
  }

  #gitHub({ method, path, headers, body }: Call): Answer {
    const { authorization = "" } = headers;
    if (path.endsWith("/installation"))
      return this.#isApp(authorization) ? { status: 200, body: { id: 7 } } : UNKNOWN;
    if (path === "/app/installations/7/access_tokens")
      return this.#isApp(authorization)
        ? {
            status: 201,
            body: {
              token: INSTALLATION_TOKEN,
              expires_at: new Date(Date.now() + 3_600_000).toISOString(),
              permissions: { statuses: "write" },
              repository_selection: "selected",
            },
          }
        : UNKNOWN;
    const token = authorization.replace(/^token /, "");
    if (token === READ_ONLY) return no("Resource not accessible by personal access token");
    if (token !== TOKEN && token !== INSTALLATION_TOKEN) return UNKNOWN;
    const commit = /^\/repos\/lab\/digits\/statuses\/([0-9a-f]{40})$/.exec(path)?.[1];
    if (method !== "POST" || commit === undefined)
      return { status: 404, body: { message: "Not Found" } };
    if (/^0+$/.test(commit))
      return { status: 422, body: { message: `No commit found for SHA: ${commit}` } };
    if (String(body.description).length > 140)
      return {
        status: 422,
        body: { message: "description is too long (maximum is 140 characters)" },
      };
    return this.#keep(commit, body.context, body.state, body.description, body.target_url);
  }

  #gitea({ method, path, headers, body }: Call): Answer {
    const token = (headers.authorization ?? "").replace(/^token /, "");
    if (token !== TOKEN && token !== READ_ONLY) return UNKNOWN;
    if (method === "GET" && path === "/api/v1/repos/lab/digits")
      return { status: 200, body: { permissions: { push: token === TOKEN, pull: true } } };
    const commit = /^\/api\/v1\/repos\/lab\/digits\/statuses\/([0-9a-f]{40})$/.exec(path)?.[1];
    if (method !== "POST" || commit === undefined) return { status: 404 };
    return this.#keep(commit, body.context, body.state, body.description, body.target_url);
  }

  #gitLab({ method, path, headers, body }: Call): Answer {
    const token = headers["private-token"];
    if (token !== TOKEN && token !== READ_ONLY) return UNKNOWN;
    if (path === "/api/v4/projects/lab%2Fdigits")
      return {
        status: 200,
        body: { permissions: { project_access: { access_level: 30 }, group_access: null } },
      };
    if (path === "/api/v4/personal_access_tokens/self")
      return { status: 200, body: { scopes: token === TOKEN ? ["api"] : ["read_api"] } };
    const commit = /^\/api\/v4\/projects\/lab%2Fdigits\/statuses\/([0-9a-f]{40})$/.exec(path)?.[1];
    if (method !== "POST" || commit === undefined) return { status: 404 };
    const last = this.statuses.findLast(
      (each) => each.commit === commit && each.context === body.name,
    );
    if (last?.state === "running" && body.state === "running")
      return {
        status: 400,
        body: {
          message:
            'Cannot transition status via :run from :running (Reason(s): Status cannot transition via "run")',
        },
      };
    return this.#keep(commit, body.name, body.state, body.description, body.target_url);
  }

  #bitbucket({ method, path, headers, body }: Call): Answer {
    const { authorization } = headers;
    const ofAda = `Basic ${Buffer.from(`ada:${TOKEN}`).toString("base64")}`;
    if (authorization !== `Bearer ${TOKEN}` && authorization !== ofAda) return UNKNOWN;
    if (method === "GET" && path === "/2.0/repositories/lab/digits") return { status: 200 };
    const commit =
      /^\/2\.0\/repositories\/lab\/digits\/commit\/([0-9a-f]{40})\/statuses\/build$/.exec(
        path,
      )?.[1];
    if (method !== "POST" || commit === undefined) return { status: 404 };
    if (String(body.key).length > 40) return { status: 400, body: { message: "key: too long" } };
    return this.#keep(commit, body.name, body.state, body.description, body.url);
  }

  #bitbucketServer({ method, path, headers, body }: Call): Answer {
    if (headers.authorization !== `Bearer ${TOKEN}`) return UNKNOWN;
    if (method === "GET" && path === "/rest/api/1.0/projects/lab/repos/digits")
      return { status: 200 };
    const commit = /^\/rest\/build-status\/1\.0\/commits\/([0-9a-f]{40})$/.exec(path)?.[1];
    if (method !== "POST" || commit === undefined) return { status: 404 };
    return this.#keep(commit, body.name, body.state, body.description, body.url);
  }

  #keep(commit: string, context: string, state: string, description: string, url: string): Answer {
    this.statuses.push({ commit, context, state, description, url });
    return { status: 201, body: { state } };
  }

  #isApp(authorization: string): boolean {
    const [header = "", claims = "", signature = ""] = authorization
      .replace(/^bearer /i, "")
      .split(".");
    const signed = Buffer.from(`${header}.${claims}`);
    const key = createPublicKey(this.app.publicKey);
    return verify("RSA-SHA256", signed, key, Buffer.from(signature, "base64url"));
  }
}

const UNKNOWN: Answer = { status: 401, body: { message: "Bad credentials" } };
const no = (message: string): Answer => ({ status: 403, body: { message } });
