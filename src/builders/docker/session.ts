import { randomUUID } from "node:crypto";

import {
  type handleUnaryCall,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  status,
} from "@grpc/grpc-js";
import type Dockerode from "dockerode";

import { registryHost, type RegistryLogin } from "../../core/registry-login.ts";
import { hijack } from "./dial.ts";
import { encodeOne, encodeTexts, WireMessage } from "./wire.ts";

export interface BuildSession {
  readonly id: string;
  close(): void;
}

/** What it is answered. */
interface SessionAnswers {
  /** By the id that a step mounts. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly logins: readonly RegistryLogin[];
}

const paths = {
  secret: "/moby.buildkit.secrets.v1.Secrets/GetSecret",
  credentials: "/moby.filesync.v1.Auth/Credentials",
  health: "/grpc.health.v1.Health/Check",
};

/**
 * The connection on which BuildKit asks its client back while it builds: for secrets, which no other way of the Engine
 * API carries, and for the logins of registries. Without an answer about its health the Engine drops the session after
 * 1 s (20.10) to 10 s.
 */
export async function openSession(
  docker: Dockerode,
  { secrets, logins }: SessionAnswers,
  signal: AbortSignal,
): Promise<BuildSession> {
  const id = randomUUID();
  const connection = await hijack(docker, {
    method: "POST",
    path: "/session",
    signal,
    headers: {
      Upgrade: "h2c",
      "X-Docker-Expose-Session-Uuid": id,
      "X-Docker-Expose-Session-Name": "assay",
      "X-Docker-Expose-Session-Grpc-Method": Object.values(paths),
    },
  });
  // A connection that breaks shows in the build's own response.
  connection.on("error", () => {});

  const server = new Server();
  serve(server, paths.secret, (request, answer) => {
    const value = secrets.get(request.text(1));
    if (value === undefined) answer({ code: status.NOT_FOUND, details: "not found" });
    else answer(null, encodeOne(Buffer.from(value)));
  });
  serve(server, paths.credentials, (request, answer) => {
    const host = registryHost(request.text(1));
    const login = logins.find((each) => each.host === host);
    answer(null, encodeTexts(login === undefined ? [] : [login.username, login.password]));
  });
  const serving = encodeOne(1);
  serve(server, paths.health, (_request, answer) => answer(null, serving));
  server.createConnectionInjector(ServerCredentials.createInsecure()).injectConnection(connection);

  return {
    id,
    close() {
      server.forceShutdown();
      connection.destroy();
    },
  };
}

function serve(
  server: Server,
  path: string,
  answer: (
    request: WireMessage,
    callback: Parameters<handleUnaryCall<WireMessage, Buffer>>[1],
  ) => void,
): void {
  const method: MethodDefinition<WireMessage, Buffer> = {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: () => Buffer.alloc(0),
    requestDeserialize: (bytes) => new WireMessage(bytes),
    responseSerialize: (bytes) => bytes,
    responseDeserialize: (bytes) => bytes,
  };
  const handler: handleUnaryCall<WireMessage, Buffer> = ({ request }, callback) =>
    answer(request, callback);
  const service: ServiceDefinition = { call: method };
  server.addService(service, { call: handler });
}
