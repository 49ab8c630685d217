import type { ProjectAnswer } from "../../contract/project.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import { time } from "./times.ts";

export function presentProject(
  { publicUrl }: Pick<Ports, "publicUrl">,
  project: Project,
): ProjectAnswer {
  const { id, slug, name, forge, repository, engine, settings } = project;
  return {
    id,
    slug,
    name,
    forge,
    repository: repository ?? null,
    gitUrl: forge === "builtin" ? `${publicUrl}/git/${slug}.git` : (repository ?? null),
    webhookUrl: `${publicUrl}/webhooks/${slug}`,
    engine,
    settings: {
      trigger: settings.trigger,
      commits: settings.commits,
      branches: [...settings.branches],
      tags: settings.tags,
      pollSeconds: settings.pollSeconds ?? null,
      maxActive: settings.maxActive ?? null,
      engineAliases: settings.engineAliases,
      cloneTimeoutSeconds: settings.cloneTimeoutSeconds,
      buildTimeoutSeconds: settings.buildTimeoutSeconds,
      runTimeoutSeconds: settings.runTimeoutSeconds,
      internet: settings.internet,
      env: settings.env,
      secrets: settings.secrets,
      volumes: settings.volumes,
    },
    createdAt: time(project.createdAt),
  };
}
