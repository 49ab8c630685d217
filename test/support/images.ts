import Dockerode from "dockerode";

/** Removes what an installation built, by its label: a test run leaves no image behind. */
export const removeImagesOf = (installation: string): Promise<void> =>
  removeImages(`assay.installation=${installation}`);

/** Without a Docker there is nothing to remove. */
export async function removeImages(label: string): Promise<void> {
  const docker = new Dockerode();
  const images = await docker.listImages({ filters: { label: [label] } }).catch(noneWithoutDocker);
  for (const { Id } of images) await docker.getImage(Id).remove({ force: true }).catch(fineIfGone);
}

function noneWithoutDocker(error: Error & { readonly code?: string }): Dockerode.ImageInfo[] {
  if (error.code === "ENOENT" || error.code === "ECONNREFUSED") return [];
  throw error;
}

function fineIfGone(error: Error & { readonly statusCode?: number }): void {
  if (error.statusCode !== 404) throw error;
}
