import type { Mount } from "../../core/engine.ts";
import { UnsupportedError } from "../../core/errors.ts";
import type { Manifest } from "../../core/manifest.ts";
import type { Project } from "../../core/project.ts";

/** The project's volumes that the manifest attaches, as the project has them now. */
export function volumeMounts(
  { slug, settings }: Project,
  { volumes = [] }: Partial<Manifest["spec"]> = {},
): readonly Mount[] {
  return volumes.map(({ name, mountPoint }) => {
    const volume = settings.volumes[name];
    if (volume === undefined)
      throw new UnsupportedError(`The project ${slug} has no volume ${name} any more.`);
    return { source: volume.hostPath, target: mountPoint, readOnly: volume.readOnly, volume: name };
  });
}
