import type { BuildRequest } from "../../core/builder.ts";
import type { ExperimentAt } from "../../core/experiment.ts";
import type { Ports } from "../../core/ports.ts";
import type { StepLog } from "./step-log.ts";

/**
 * Gives the manifest's registry the image, and answers what it is called there. Also one that was reused: what the
 * registry has is not sent again, and what it lost it gets back.
 */
export async function pushBuilt(
  { builder }: Pick<Ports, "builder">,
  { manifest, projectSlug }: Pick<ExperimentAt<"Building">, "manifest" | "projectSlug">,
  image: { readonly digest: string; readonly key: string },
  { logins }: Pick<BuildRequest, "logins">,
  log: StepLog,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { registry, image: named } = manifest.builder;
  if (registry === undefined) return undefined;
  // A tag of its own for each content: who was told of one finds the same there for ever.
  const tag = image.key.slice(0, 12);
  const name = `${registry.replace(/\/+$/, "")}/${repositoryOf(named ?? projectSlug)}:${tag}`;
  await log.line(`Pushing ${name}`);
  await builder.push(image.digest, { name, logins }, (bytes) => log.write(bytes), signal);
  return name;
}

/** The name alone of what may be written with a tag or a registry. */
const repositoryOf = (image: string): string =>
  (image.split("/").at(-1) ?? image).replace(/[@:].*$/s, "");
