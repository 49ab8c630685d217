import type { BuildRequest, ImageKey } from "../../core/builder.ts";
import { imagesNeeded } from "./base-images.ts";
import { type BuildSecrets, buildSecrets } from "./build-secrets.ts";
import type { BuildRules } from "./built-stages.ts";
import { type BuildContext, readContext } from "./context.ts";
import type { Daemon } from "./daemon.ts";
import { type Dockerfile, parseDockerfile } from "./dockerfile.ts";
import { enteringFiles } from "./entering-files.ts";
import { toImageKey } from "./image-key.ts";
import { mountedSecrets } from "./mounted-secrets.ts";

/** What is known of a request once its source was read. */
export interface Prepared {
  readonly context: BuildContext;
  readonly dockerfile: Dockerfile;
  readonly image: ImageKey;
  readonly secrets: BuildSecrets;
  /** Images that it begins from and that are not on this machine. */
  readonly absent: readonly string[];
  /** Those that are, and that a registry may have a newer one of. */
  readonly published: readonly string[];
  /** In sentences. */
  readonly notes: readonly string[];
}

/** Reads a source, and tells what of it enters the image. */
export async function prepareBuild(
  daemon: Daemon,
  request: BuildRequest,
  signal?: AbortSignal,
): Promise<Prepared> {
  const [context, ownPlatform] = await Promise.all([
    readContext(request, signal),
    daemon.platform(),
  ]);
  return { context, ...(await judge(daemon, request, context, ownPlatform)) };
}

async function judge(
  daemon: Daemon,
  request: BuildRequest,
  context: BuildContext,
  ownPlatform: string,
): Promise<Omit<Prepared, "context">> {
  const { buildArgs, target } = request;
  const { path, bytes } = context.dockerfile;
  const platform = request.platform ?? ownPlatform;
  const isForeign = platform !== ownPlatform;
  const dockerfile = parseDockerfile(bytes.toString("utf8"), {
    buildArgs,
    platform: ownPlatform,
    target: platform,
  });
  const found = dockerfile.images.map(async ({ name }) => [name, await daemon.base(name)] as const);
  const bases = new Map(await Promise.all(found));
  const rules: BuildRules = {
    dockerfile,
    path,
    target,
    buildArgs,
    // What is here of another platform is another image.
    hasTriggers: (image) => (isForeign ? undefined : bases.get(image)?.hasTriggers),
  };
  const files = enteringFiles(context, rules);
  const secrets = buildSecrets(request, mountedSecrets(rules));
  const imageIds = new Map([...bases].map(([name, base]) => [name, base?.id]));
  const whole = files.allBecause;
  const needed = isForeign ? [] : imagesNeeded(dockerfile, target);
  return {
    dockerfile,
    secrets,
    image: toImageKey(request, context, { platform, imageIds, files: files.names, secrets }),
    absent: needed.filter((name) => bases.get(name) === undefined),
    published: needed.filter((name) => bases.get(name)?.isPublished === true),
    notes:
      whole === undefined
        ? context.notes
        : [...context.notes, `Every file of the build context counts: ${whole}.`],
  };
}
