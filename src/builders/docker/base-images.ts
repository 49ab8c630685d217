import type Dockerode from "dockerode";

import type { BuildRequest } from "../../core/builder.ts";
import type { Dockerfile } from "./dockerfile.ts";
import type { FailureScene } from "./failure-scene.ts";
import { toBuildError } from "./failure.ts";
import { isImageName } from "./image-name.ts";
import { reachableStages, referencesOf } from "./reachable-stages.ts";
import { pullImage } from "./transfer.ts";

/** The images that a build of this target takes from elsewhere. */
export function imagesNeeded(
  dockerfile: Dockerfile,
  target: string | undefined,
): readonly string[] {
  const references = reachableStages(dockerfile, target)?.flatMap(
    (stage) => referencesOf(stage) ?? [],
  );
  return dockerfile.images.flatMap(({ name }) => (references?.includes(name) === true ? name : []));
}

/**
 * Has an image that a Dockerfile begins from here, as `docker pull` does: BuildKit would keep its layers alone, and
 * nobody could tell what the next build begins from, or whether it brings instructions of its own.
 */
export async function pullBase(
  docker: Dockerode,
  { name, logins }: { readonly name: string } & Pick<BuildRequest, "logins">,
  scene: Omit<FailureScene, "step">,
  log: (bytes: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  // Of what is no name, BuildKit says what is wrong with it.
  if (!isImageName(name)) return;
  await log(Buffer.from(`Pulling ${name}\n`));
  const fault = await pullImage(docker, { name, logins }, log, signal);
  if (fault === undefined) return;
  const step = { name: `load metadata for ${name}`, error: fault, output: "" };
  throw toBuildError(fault, { ...scene, step });
}

/** What its registry has by this name now; where it does not answer, what is here. */
export async function renewBase(
  docker: Dockerode,
  { name, logins }: { readonly name: string } & Pick<BuildRequest, "logins">,
  log: (bytes: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  await log(Buffer.from(`Looking for a newer ${name}\n`));
  const fault = await pullImage(docker, { name, logins }, log, signal);
  if (fault !== undefined) await log(Buffer.from(`It stays the one that is here: ${fault}\n`));
}
