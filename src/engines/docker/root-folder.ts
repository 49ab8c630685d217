import type Dockerode from "dockerode";

import { ask } from "./ask.ts";

/** Where Docker keeps images, layers and containers, on its own machine; undefined where it does not say. */
export async function rootFolder(docker: Dockerode): Promise<string | undefined> {
  const info: unknown = await ask(() => docker.info());
  if (typeof info !== "object" || info === null || !("DockerRootDir" in info)) return undefined;
  return typeof info.DockerRootDir === "string" ? info.DockerRootDir : undefined;
}
