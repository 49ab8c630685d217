import type { IncomingMessage, ServerResponse } from "node:http";

/** Answered as a plain sentence, which git shows as `remote: …`. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface RemoteRequest {
  readonly slug: string;
  readonly action: "info/refs" | "git-upload-pack" | "git-receive-pack";
  /** Whose references are told, or who does the work. */
  readonly service: "git-upload-pack" | "git-receive-pack";
  /** The body comes as gzip. */
  readonly isCompressed: boolean;
  /** As the client words it, for git to understand. */
  readonly protocol: string | undefined;
}

const PATH =
  /^\/git\/(?<slug>[a-z0-9][a-z0-9-]{0,62})\.git\/(?<action>info\/refs|git-upload-pack|git-receive-pack)$/;
const SERVICE = /^service=(?<service>git-upload-pack|git-receive-pack)$/;

/** Throws Refusal for what no git client with the smart protocol asks. */
export function parseRequest({ url = "", method = "", headers }: IncomingMessage): RemoteRequest {
  const [path = "", query = ""] = url.split("?", 2);
  const { slug, action } = PATH.exec(path)?.groups ?? {};
  if (slug === undefined || !isAction(action))
    throw new Refusal(
      404,
      "There is nothing here. A repository's address ends in /git/<project>.git",
    );
  const service = action === "info/refs" ? SERVICE.exec(query)?.groups?.["service"] : action;
  if (!isService(service))
    throw new Refusal(404, "Only git's smart HTTP protocol is spoken here: git 1.6.6 or later.");
  const wanted = action === "info/refs" ? "GET" : "POST";
  if (method !== wanted) throw new Refusal(405, `${action} is asked with ${wanted}.`);
  const contentType = `application/x-${service}-request`;
  if (action !== "info/refs" && headers["content-type"] !== contentType)
    throw new Refusal(415, `${action} is asked with a body of the type ${contentType}.`);
  const protocol = String(headers["git-protocol"] ?? "");
  return {
    slug,
    action,
    service,
    isCompressed: /^(?:x-)?gzip$/.test(headers["content-encoding"] ?? ""),
    protocol: /^[\w=:.-]{1,100}$/.test(protocol) ? protocol : undefined,
  };
}

export function refuse(response: ServerResponse, status: number, sentence: string): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
    ...(status === 401 && { "www-authenticate": 'Basic realm="Assay", charset="UTF-8"' }),
    // What is left of a body that nobody will read ends with the connection.
    ...(status === 413 && { connection: "close" }),
  });
  response.end(`${sentence}\n`);
}

const isAction = (text: string | undefined): text is RemoteRequest["action"] =>
  text === "info/refs" || isService(text);

const isService = (text: string | undefined): text is RemoteRequest["service"] =>
  text === "git-upload-pack" || text === "git-receive-pack";
