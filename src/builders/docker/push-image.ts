import type Dockerode from "dockerode";

import { BuildFailedError } from "../../core/errors.ts";
import { reasonOf, statusOf } from "./caught.ts";
import { ask } from "./dial.ts";
import { isImageName, splitImageName } from "./image-name.ts";
import { findImage } from "./images.ts";
import { toPushError } from "./transfer-failure.ts";
import { pushImage, type Transfer } from "./transfer.ts";

/** Gives a registry an image of ours. Its name there is a name here only meanwhile: with one more, it could not be removed. */
export async function giveToRegistry(
  docker: Dockerode,
  digest: string,
  to: Transfer,
  log: (bytes: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  await tag(docker, digest, to.name);
  try {
    const fault = await pushImage(docker, to, log, signal);
    if (fault !== undefined) throw toPushError(to.name, fault);
  } finally {
    await untag(docker, to.name);
  }
}

async function tag(docker: Dockerode, digest: string, name: string): Promise<void> {
  const { repository, tag: version } = splitImageName(name);
  const query = { repo: repository, tag: version };
  try {
    if (!isImageName(name)) throw Object.assign(new Error("invalid name"), { statusCode: 400 });
    await ask(docker, { method: "POST", path: `/images/${digest}/tag`, query });
  } catch (error) {
    if (statusOf(error) !== 400) throw error;
    throw new BuildFailedError(`An image cannot be called ${name}: ${reasonOf(error)}`, {
      hint: "Check builder.registry and builder.image in the manifest: small letters, digits and . _ - / alone.",
    });
  }
}

/** An image goes with its last name, so that one stays. */
async function untag(docker: Dockerode, name: string): Promise<void> {
  const names = (await findImage(docker, name))?.names ?? [];
  if (names.length < 2) return;
  try {
    await ask(docker, { method: "DELETE", path: `/images/${name}`, takesLong: true });
  } catch (error) {
    if (statusOf(error) !== 404 && statusOf(error) !== 409) throw error;
  }
}
