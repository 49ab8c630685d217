import { createHash } from "node:crypto";

import type { BuildRequest } from "../../core/builder.ts";
import type { Prepared } from "./prepare.ts";

/** What the Engine is told of a build besides its context. */
export function buildQuery(
  request: BuildRequest,
  { context, image, secrets }: Prepared,
  build: { readonly name: string; readonly session: string; readonly installation: string },
): Record<string, string> {
  const { projectId, experimentId, target, buildArgs, platform, fresh } = request;
  const labels = {
    "assay.installation": build.installation,
    "assay.project": projectId,
    "assay.experiment": experimentId,
    "assay.image-key": image.key,
  };
  return {
    version: "2",
    session: build.session,
    t: build.name,
    dockerfile: context.dockerfile.name,
    labels: JSON.stringify(labels),
    // Keeps `RUN --mount=type=cache` apart too: else one project could put files into another's build.
    buildargs: JSON.stringify({ ...buildArgs, BUILDKIT_CACHE_MOUNT_NS: projectId }),
    extrahosts: `${cacheSalt(projectId, secrets)}:127.0.0.1`,
    ...(target !== undefined && { target }),
    ...(platform !== undefined && { platform }),
    ...(fresh && { nocache: "1" }),
  };
}

/**
 * A host name of our own, which BuildKit counts among the inputs of every RUN and leaves out of the image. BuildKit's
 * cache does not look at secrets, and gives equal steps that run at once one execution; so without it a project could
 * get what was made with the secrets of another, or with those of yesterday. Always there: a project's steps are its own.
 */
function cacheSalt(projectId: string, { versions }: Prepared["secrets"]): string {
  const salt = [projectId, ...versions.flat()];
  return `assay-${createHash("sha256").update(JSON.stringify(salt)).digest("hex").slice(0, 16)}`;
}
