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
  const found = await findImage(docker, name);
  const here = isFor(projectId, found) ? found : undefined;
  if (here !== undefined && !fresh) return { name, digest: here.digest };
  await log(Buffer.from(`Pulling ${name}\n`));
  const fault = await pullImage(docker, { name, logins }, log, signal);
  if (fault !== undefined && here === undefined) throw toReadyError(name, fault);
  if (fault !== undefined) await log(Buffer.from(`It stays the one that is here: ${fault}\n`));
  const image = await findImage(docker, name);
  if (image === undefined) throw toReadyError(name, "it was removed at the same moment");
  return { name, digest: image.digest };
}

/** What another project built is as if it were not here; the registry may give it, to whom it knows. */
const isFor = (projectId: string, image: Awaited<ReturnType<typeof findImage>>): boolean => {
  const owner = image?.labels.get("assay.project");
  return owner === undefined || owner === projectId;
};
