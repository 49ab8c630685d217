import type Dockerode from "dockerode";

import type { NamedImage, ReadyImageRequest } from "../../core/builder.ts";
import { BuildFailedError } from "../../core/errors.ts";
import { isImageName } from "./image-name.ts";
import { findImage } from "./images.ts";
import { toReadyError } from "./transfer-failure.ts";
import { pullImage } from "./transfer.ts";

/** The image that is here by this name, else the one that its registry gives. */
export async function readyImage(
  docker: Dockerode,
  { name, projectId, logins, fresh }: ReadyImageRequest,
  log: (bytes: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<NamedImage> {
  if (!isImageName(name))
    throw new BuildFailedError(
      `${JSON.stringify(name.slice(0, 200))} is not the name of an image.`,
    );
  const here = fresh ? undefined : await findImage(docker, name);
  if (here === undefined) {
    await log(Buffer.from(`Pulling ${name}\n`));
    const fault = await pullImage(docker, { name, logins }, log, signal);
    if (fault !== undefined) throw toReadyError(name, fault);
  }
  const image = here ?? (await findImage(docker, name));
  const owner = image?.labels.get("assay.project");
  // As if it were not there: whether another project has it is nobody's business.
  if (image === undefined || (owner !== undefined && owner !== projectId))
    throw toReadyError(name, "it was not found");
  return { name, digest: image.digest };
}
