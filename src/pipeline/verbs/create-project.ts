import { randomBytes } from "node:crypto";

import { InvalidError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";
import { settingsFaults } from "../../core/project-settings.ts";
import {
  DEFAULT_SETTINGS,
  type ForgeKind,
  type Project,
  type ProjectSettings,
} from "../../core/project.ts";
import { messageOf } from "../message-of.ts";
import { refsNow, repositoryFaults } from "./project-repository.ts";

export interface ProjectRequest {
  readonly name: string;
  readonly slug?: string | undefined;
  readonly forge: ForgeKind;
  readonly repository?: string | undefined;
  readonly engine?: string | undefined;
  readonly settings?: Partial<ProjectSettings> | undefined;
}

/** A repository to watch. Its refs as they are now count as seen: only what is pushed later can start something. */
export async function createProject(
  ports: Pick<Ports, "database" | "repository" | "engines" | "refuseRepository">,
  request: ProjectRequest,
): Promise<{
  readonly project: Project;
  readonly webhookSecret: string;
  readonly warning?: string;
}> {
  const { name, forge, repository } = request;
  const slug = request.slug ?? slugOf(name);
  const engine = request.engine ?? defaultEngine(ports);
  const errors = [
    ...slugFaults(name, request.slug),
    ...repositoryFaults(ports, forge, repository),
    ...engineFaults(ports, engine),
    ...settingsFaults(request.settings ?? {}),
  ];
  if (errors.length > 0)
    throw new InvalidError(errors.map(({ message }) => message).join(" "), errors);

  const webhookSecret = randomBytes(24).toString("base64url");
  const settings = { ...DEFAULT_SETTINGS, ...request.settings };
  const project = await ports.database.projects.create({
    slug,
    name,
    forge,
    repository,
    engine,
    settings,
    webhookSecret,
  });
  await ports.repository.prepare(project);
  const warning = await see(ports, project);
  return { project, webhookSecret, ...(warning !== undefined && { warning }) };
}

/** A repository that cannot be reached is registered all the same; then its first push is the base. */
async function see(
  ports: Pick<Ports, "database" | "repository">,
  project: Project,
): Promise<string | undefined> {
  if (project.forge === "builtin") return undefined;
  try {
    const refs = await refsNow(ports, project);
    await ports.database.transaction(async ({ projects, polls }) => {
      await projects.markSeen(project.id, refs);
      await polls.setBase(project.id);
    });
    return undefined;
  } catch (error) {
    return `The repository could not be read: ${messageOf(error)} The first push or fetch will be its base.`;
  }
}

function slugOf(name: string): string {
  return name
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 63);
}

function defaultEngine({ engines }: Pick<Ports, "engines">): string {
  return engines.has("docker") ? "docker" : ([...engines.keys()][0] ?? "docker");
}

function slugFaults(
  name: string,
  given: string | undefined,
): readonly { readonly path: string; readonly message: string }[] {
  const slug = given ?? slugOf(name);
  if (/^[a-z0-9][a-z0-9-]{0,62}$/.test(slug)) return [];
  if (given === undefined) {
    const message = `No address can be made of the name ${JSON.stringify(name)}: use at least one letter from a to z or a digit in it, or give a slug beside it.`;
    return [{ path: "name", message }];
  }
  const rule = "use lower-case letters, digits and dashes, with a letter or a digit first";
  return [{ path: "slug", message: `${JSON.stringify(given)} cannot be a slug: ${rule}.` }];
}

export function engineFaults(
  { engines }: Pick<Ports, "engines">,
  engine: string,
): readonly { readonly path: string; readonly message: string }[] {
  if (engines.has(engine)) return [];
  const message = `There is no engine ${engine} here. Known: ${[...engines.keys()].join(", ")}.`;
  return [{ path: "engine", message }];
}
