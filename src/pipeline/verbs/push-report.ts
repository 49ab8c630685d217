import type { Delivery } from "../../core/delivery.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import { manifestContext } from "../experiment/manifest-context.ts";
import { readManifest } from "../experiment/source.ts";

/** What the pusher reads in the terminal: a line per experiment with its address and the manifest's verdict, else why none was started. */
export async function pushReport(
  ports: Pick<Ports, "repository" | "manifests" | "engines" | "database" | "publicUrl">,
  project: Project,
  deliveries: readonly Delivery[],
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const { experiments, reason } of deliveries) {
    const started = new Set(experiments.map(({ number }) => `${project.slug}#${number} started`));
    for (const { id, number, commit, manifest } of experiments) {
      lines.push(`${project.slug}#${number} started: ${ports.publicUrl}/experiments/${id}`);
      lines.push(...(await verdict(ports, project, commit, manifest)).map((line) => `  ${line}`));
    }
    const rest = reason
      .split("\n")
      .filter((line) => ![...started].some((begin) => line.startsWith(begin)));
    lines.push(...rest.filter((line) => line !== ""));
  }
  return lines;
}

/** Cloning will say the same; said here, nobody has to look. */
async function verdict(
  ports: Pick<Ports, "repository" | "manifests" | "engines" | "database">,
  project: Project,
  commit: string,
  manifest: string,
): Promise<readonly string[]> {
  const manifestSelector = manifest === "manifest.yaml" ? undefined : manifest;
  const file = await readManifest(ports, project, { manifestSelector }, commit);
  if (file.kind !== "found") return [`It will fail: ${file.message}`];
  const { errors, warnings } = ports.manifests.parse(
    file.text,
    await manifestContext(ports, project, undefined),
  );
  return [
    ...errors.map(
      ({ line, column, message }) => `${file.path}, line ${line}, column ${column}: ${message}`,
    ),
    ...warnings.map(({ path, message }) => `warning: ${path}: ${message}`),
  ];
}
