import type { BuildRequest } from "../../core/builder.ts";
import type { ExperimentAt } from "../../core/experiment.ts";
import type { Ports } from "../../core/ports.ts";
import type { BuildMeans } from "./build-means.ts";
import { ARCHIVES } from "./cloning.ts";

/** What the manifest says of its image, with what the project gives for it. */
export function buildRequest(
  { archives }: Pick<Ports, "archives">,
  { manifest, sourceArchive, id, projectId, overrides }: ExperimentAt<"Building">,
  { secrets, secretVersions, logins }: BuildMeans,
): BuildRequest {
  const { context, dockerfile, target, buildArgs, platform, cache = true } = manifest.builder;
  return {
    projectId,
    experimentId: id,
    async *source() {
      const archive = await archives.get(ARCHIVES, sourceArchive);
      if (archive === undefined) throw new Error(`the source archive ${sourceArchive} is gone`);
      yield* archive.body;
    },
    context,
    dockerfile,
    target,
    buildArgs,
    platform,
    secrets,
    secretVersions,
    logins,
    fresh: overrides.freshBuild === true || !cache,
  };
}
