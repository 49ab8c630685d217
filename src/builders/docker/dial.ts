import { Duplex, Readable } from "node:stream";

import type { DialOptions } from "docker-modem";
import type Dockerode from "dockerode";

import { EngineUnreachableError } from "../../core/errors.ts";
import type { RegistryLogin } from "../../core/registry-login.ts";
import { codeOf, reasonOf } from "./caught.ts";

interface Call {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** For the registry that the Engine goes to. */
  readonly login?: RegistryLogin | undefined;
}

/** How long the Engine may take for an answer before it counts as not answering; longer where it walks its whole disk. */
const answerSeconds = 120;
const longAnswerSeconds = 3600;

/** Asks the Engine API and answers with its JSON. Throws EngineUnreachableError where no Engine answers in time. */
export async function ask(
  docker: Dockerode,
  { signal, takesLong = false, ...call }: Call & { readonly takesLong?: boolean },
): Promise<unknown> {
  const seconds = takesLong ? longAnswerSeconds : answerSeconds;
  const bound = AbortSignal.timeout(seconds * 1000);
  const either = signal === undefined ? bound : AbortSignal.any([signal, bound]);
  try {
    return await dial(docker, { ...call, signal: either }, {});
  } catch (error) {
    signal?.throwIfAborted();
    if (!bound.aborted) throw error;
    const message = `Docker gave no answer within ${seconds} seconds.`;
    throw new EngineUnreachableError(message, { cause: error });
  }
}

/** Sends a body as it comes, and answers with the response as it comes. */
export async function send(
  docker: Dockerode,
  call: Call & { readonly body: NodeJS.ReadableStream },
): Promise<Readable> {
  const response = await dial(docker, call, { file: call.body, isStream: true });
  if (response instanceof Readable) return response;
  throw new Error(`Docker answered ${call.path} without a stream.`);
}

/** Asks for something that takes its time, and answers with what is told of it as it comes. */
export async function order(docker: Dockerode, call: Call): Promise<Readable> {
  const response = await dial(docker, call, { isStream: true });
  if (response instanceof Readable) return response;
  throw new Error(`Docker answered ${call.path} without a stream.`);
}

/** Upgrades to a connection of our own. */
export async function hijack(
  docker: Dockerode,
  call: Call & { readonly headers: Readonly<Record<string, string | string[]>> },
): Promise<Duplex> {
  const connection = await dial(docker, call, { hijack: true, headers: call.headers });
  if (connection instanceof Duplex) return connection;
  throw new Error(`Docker answered ${call.path} without a connection.`);
}

const goneCodes = new Set<unknown>([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "EPIPE",
  "EACCES",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "EAI_AGAIN",
]);

/** A connection's error as what it means for a caller; others stay what they are. */
export function asUnreachable(error: unknown): unknown {
  if (!goneCodes.has(codeOf(error))) return error;
  return new EngineUnreachableError(
    `Docker does not answer (${reasonOf(error)}). Start it, or set DOCKER_HOST to where it listens.`,
    { cause: error },
  );
}

const toAuthConfig = ({ host, username, password }: RegistryLogin): Record<string, string> => ({
  username,
  password,
  serveraddress: host,
});

async function dial(
  docker: Dockerode,
  call: Call,
  options: Partial<DialOptions>,
): Promise<unknown> {
  call.signal?.throwIfAborted();
  try {
    return await new Promise((resolve, reject) => {
      docker.modem.dial(
        {
          ...options,
          method: call.method,
          path: `${call.path}?`,
          options: { _query: call.query ?? {}, _body: {} },
          statusCodes: { 200: true, 201: true, 204: true },
          ...(call.signal && { abortSignal: call.signal }),
          ...(call.login && { authconfig: toAuthConfig(call.login) }),
        },
        (error, answer) => {
          if (error === null || error === undefined) resolve(answer);
          else reject(error);
        },
      );
    });
  } catch (error) {
    call.signal?.throwIfAborted();
    throw asUnreachable(error);
  }
}
