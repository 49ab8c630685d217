import type Dockerode from "dockerode";

import type { LocalImage } from "../../core/builder.ts";
import { statusOf } from "./caught.ts";
import { ask } from "./dial.ts";

interface FoundImage {
  readonly digest: string;
  readonly names: readonly string[];
  readonly labels: ReadonlyMap<string, unknown>;
}

/** By its digest or a name; undefined: the Engine does not have it. */
export async function findImage(
  docker: Dockerode,
  reference: string,
): Promise<FoundImage | undefined> {
  try {
    const answer = await ask(docker, { method: "GET", path: `/images/${reference}/json` });
    const { Id: id, RepoTags: names, Config: config } = Object(answer);
    return {
      digest: String(id),
      names: Array.isArray(names) ? names.map(String) : [],
      labels: new Map(Object.entries(Object(Object(config).Labels))),
    };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** Those that this installation built; also one whose name went to a later build. */
export async function listImages(
  docker: Dockerode,
  installation: string,
  signal?: AbortSignal,
): Promise<readonly LocalImage[]> {
  const filters = JSON.stringify({ label: [`assay.installation=${installation}`] });
  const answer = await ask(docker, {
    method: "GET",
    path: "/images/json",
    query: { filters },
    signal,
  });
  return Array.isArray(answer) ? answer.map(toLocalImage) : [];
}

function toLocalImage(listed: unknown): LocalImage {
  const { Id: id, RepoTags: names, Size: size, Created: seconds, Labels: labels } = Object(listed);
  const name = Array.isArray(names) ? names.find((each) => each !== "<none>:<none>") : undefined;
  return {
    digest: String(id),
    name: String(name ?? id),
    projectId: String(Object(labels)["assay.project"]),
    bytes: Number(size),
    madeAt: new Date(Number(seconds) * 1000),
  };
}

/** Answers whether it is gone. One that a container uses stays, and so does what this installation did not build. */
export async function removeImage(
  docker: Dockerode,
  digest: string,
  installation: string,
): Promise<boolean> {
  const image = await findImage(docker, digest);
  if (image === undefined) return true;
  if (image.labels.get("assay.installation") !== installation) return false;
  // An image goes with its last name; names that somebody else gave it keep it.
  const ours = image.names.filter((name) => name.startsWith("assay/"));
  try {
    for (const name of [...ours.slice(1), digest])
      await ask(docker, { method: "DELETE", path: `/images/${name}`, takesLong: true });
    return true;
  } catch (error) {
    if (statusOf(error) === 409) return false;
    if (statusOf(error) === 404) return (await findImage(docker, digest)) === undefined;
    throw error;
  }
}
