import { ValidateQuery, type ValidateAnswer } from "../../contract/operations.ts";
import type { ManifestContext, ManifestVerdict } from "../../core/manifest.ts";
import type { Ports } from "../../core/ports.ts";
import { findProject } from "../find.ts";
import type { Handlers } from "../handler.ts";
import { queryOf } from "../input.ts";
import { presentWarning } from "../present/experiment.ts";

type ManifestPorts = Pick<Ports, "database" | "engines" | "manifests">;

export function manifestRoutes(ports: ManifestPorts): Pick<Handlers, "validateManifest"> {
  return {
    async validateManifest(request, response) {
      const { project } = queryOf(ValidateQuery, request);
      const text = typeof request.body === "string" ? request.body : "";
      const context = project === undefined ? undefined : await contextOf(ports, project);
      response.json(present(ports.manifests.parse(text, context)));
    },
  };
}

async function contextOf(ports: ManifestPorts, reference: string): Promise<ManifestContext> {
  const { id, engine, settings } = await findProject(ports, reference);
  const secrets = await ports.database.secrets.list(id);
  const aliases = Object.entries(settings.engineAliases);
  return {
    engines: [...ports.engines.values()].map(({ name, kind }) => ({
      name,
      kind,
      aliases: aliases.filter(([, target]) => target === name).map(([alias]) => alias),
    })),
    defaultEngine: engine,
    secrets: secrets.map(({ name }) => name),
    volumes: Object.keys(settings.volumes),
  };
}

function present({ manifest, errors, warnings }: ManifestVerdict): ValidateAnswer {
  return {
    valid: manifest !== undefined,
    errors: errors.map(({ path, line, column, message, suggestion }) => ({
      path,
      line,
      column,
      message,
      suggestion: suggestion ?? null,
    })),
    warnings: warnings.map(presentWarning),
    manifest: manifest ?? null,
  };
}
