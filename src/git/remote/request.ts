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
  /** The request as a CGI program is told it. */
  readonly cgi: Readonly<Record<string, string>>;
}

const PATH =
  /^\/git\/(?<slug>[a-z0-9][a-z0-9-]{0,62})\.git\/(?<action>info\/refs|git-upload-pack|git-receive-pack)$/;
const SERVICE = /^service=(?<service>git-upload-pack|git-receive-pack)$/;

/** Throws Refusal for what no git client with the smart protocol asks. */
export function parseRequest({
  url = "",
  method = "",
  headers,
  socket,
}: IncomingMessage): RemoteRequest {
  const [path = "", query = ""] = url.split("?", 2);
  const { slug, action } = PATH.exec(path)?.groups ?? {};
  if (slug === undefined || !isAction(action))
    throw new Refusal(
      404,
      "There is nothing here. A repository's address ends in /git/<project>.git",
    );
  const service = SERVICE.exec(query)?.groups?.["service"];
  if (action === "info/refs" && service === undefined)
    throw new Refusal(404, "Only git's smart HTTP protocol is spoken here: git 1.6.6 or later.");
  const wanted = action === "info/refs" ? "GET" : "POST";
  if (method !== wanted) throw new Refusal(405, `${action} is asked with ${wanted}.`);
  const cgi = {
    REQUEST_METHOD: method,
    PATH_INFO: `/${slug}.git/${action}`,
    QUERY_STRING: action === "info/refs" ? query : "",
    CONTENT_TYPE: headers["content-type"] ?? "",
    REMOTE_ADDR: socket.remoteAddress ?? "",
    SERVER_PROTOCOL: "HTTP/1.1",
    ...pickHeader("CONTENT_LENGTH", headers["content-length"], /^\d{1,15}$/),
    ...pickHeader("HTTP_CONTENT_ENCODING", headers["content-encoding"], /^(?:x-)?gzip$/),
    ...pickHeader("GIT_PROTOCOL", headers["git-protocol"], /^[\w=:.-]{1,100}$/),
  };
  return { slug, action, cgi };
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
  text === "info/refs" || text === "git-upload-pack" || text === "git-receive-pack";

function pickHeader(
  name: string,
  value: string | readonly string[] | undefined,
  form: RegExp,
): Readonly<Record<string, string>> {
  return typeof value === "string" && form.test(value) ? { [name]: value } : {};
}
