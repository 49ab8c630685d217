import type { Manifest, ManifestContext } from "../../src/core/manifest.ts";
import { manifestParser } from "../../src/manifest/parse.ts";

/** A project with one Docker engine, which it also calls gpu-box. */
export const DOCKER: ManifestContext = {
  engines: [{ name: "docker", kind: "docker", aliases: ["gpu-box"] }],
  defaultEngine: "docker",
};

/** The manifest of a text that must be good. */
export function parsed(text: string, context: ManifestContext = DOCKER): Manifest {
  const { manifest, errors } = manifestParser.parse(text, context);
  if (manifest === undefined) throw new Error(JSON.stringify(errors));
  return manifest;
}

/** `line:column path message` of each error. */
export function errorsOf(text: string, context?: ManifestContext): readonly string[] {
  return manifestParser
    .parse(text, context)
    .errors.map(({ line, column, path, message }) => `${line}:${column} ${path} ${message}`);
}

/** A small good manifest, with lines of its own in spec. */
export const withSpec = (...lines: readonly string[]): string =>
  [
    "spec:",
    "  operator: jobset",
    "  command: python train.py",
    "  types: { worker: { resources: { memory: 2 } } }",
    ...lines.map((line) => `  ${line}`),
  ].join("\n");
