import { honoured, type Field } from "./field.ts";

/** The image, and what of the repository is there when it is built. */
export const BUILD_FIELDS: readonly Field[] = [
  honoured("builder", "How the image is made."),
  honoured(
    "builder.image",
    "The image's name; equal to spec.image where both are given. With skipBuild, the image that is run.",
  ),
  honoured(
    "builder.dockerfile",
    "Relative to context; if it is not there, to the repository. Default Dockerfile.",
  ),
  honoured("builder.context", "The folder that is built. Default . (the repository)."),
  honoured("builder.buildArgs", "Build arguments."),
  honoured("builder.buildArgs.*", "One of them."),
  honoured("builder.target", "The stage of the Dockerfile to stop at."),
  honoured(
    "builder.platform",
    "linux/amd64, linux/arm64, …: what it is built for. Default: the machine's own.",
  ),
  honoured("builder.cache", "false: a build takes no layers of earlier ones. Default true."),
  honoured(
    "builder.registry",
    "Where the image is pushed to, before its name: registry.example.org/team.",
  ),
  honoured("builder.skipBuild", "An image that is there, in the place of a build."),
  honoured("builder.skipBuild.enabled", "true: nothing is built. Default false."),
  honoured(
    "builder.skipBuild.experimentID",
    "The experiment of this project whose image it is, as in needs. Left out: builder.image, as it is.",
  ),
  honoured(
    "builder.skipBuild.failIfNotFound",
    "true: fails where that image is not to be had; else it is built then. Default false.",
  ),
  honoured("clone", "What of the repository is in the build context."),
  honoured("clone.depth", "Commits of history. Default 1."),
  honoured("clone.includeDotGit", "Keep .git. Default false."),
  honoured("clone.submodules", '"false" (default), "true" or "recursive"; needs includeDotGit.'),
];
