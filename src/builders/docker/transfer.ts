import type Dockerode from "dockerode";

import { loginFor, type RegistryLogin } from "../../core/registry-login.ts";
import { reasonOf, statusOf } from "./caught.ts";
import { order } from "./dial.ts";
import { splitImageName } from "./image-name.ts";
import { messages } from "./response.ts";

type Log = (bytes: Uint8Array) => Promise<void>;

/** An image by its name, and who asks for it. */
export interface Transfer {
  readonly name: string;
  readonly logins: readonly RegistryLogin[];
}

/** Brings an image here. Answers what the registry or the Engine has against it; undefined is well. */
export function pullImage(
  docker: Dockerode,
  { name, logins }: Transfer,
  log: Log,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { repository, tag } = splitImageName(name);
  const call = { path: "/images/create", query: { fromImage: repository, tag } };
  return transfer(docker, { ...call, login: loginFor(name, logins) }, log, signal);
}

/** Gives a registry the image of this name. Answers what it has against it; undefined is well. */
export function pushImage(
  docker: Dockerode,
  { name, logins }: Transfer,
  log: Log,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { repository, tag } = splitImageName(name);
  const call = { path: `/images/${repository}/push`, query: { tag } };
  // Without any login the Engine refuses to push at all.
  const login = loginFor(name, logins) ?? { host: "", username: "", password: "" };
  return transfer(docker, { ...call, login }, log, signal);
}

async function transfer(
  docker: Dockerode,
  call: Omit<Parameters<typeof order>[1], "method" | "signal">,
  log: Log,
  signal: AbortSignal,
): Promise<string | undefined> {
  let fault: string | undefined;
  try {
    const response = await order(docker, { ...call, method: "POST", signal });
    for await (const message of messages(response)) {
      const { status, id, error } = Object(message);
      if (typeof error === "string") fault = error;
      else if (typeof status === "string" && endings.test(status))
        await log(Buffer.from(`${typeof id === "string" ? `${id}: ` : ""}${status}\n`));
    }
  } catch (error) {
    signal.throwIfAborted();
    if (typeof statusOf(error) !== "number") throw error;
    return reasonOf(error);
  }
  return fault;
}

/** Of what the Engine tells of each layer, what it says once. */
const endings =
  /^(?:Pull complete|Already exists|Pushed|Layer already exists|Mounted from|Digest: |Status: |.*digest: sha256)/;
