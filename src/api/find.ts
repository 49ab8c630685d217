import type { Request } from "express";

import { NotFoundError } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import type { Ports } from "../core/ports.ts";
import type { Project } from "../core/project.ts";
import type { Run } from "../core/run.ts";
import { parameter } from "./input.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const isUuid = (text: string): boolean => UUID.test(text);

/** The experiment that the path names by `:id`, in any of the ways to write it. */
export function experimentOf(
  ports: Pick<Ports, "database">,
  request: Request,
): Promise<Experiment> {
  return findExperiment(ports, parameter(request, "id"));
}

export async function findExperiment(
  { database }: Pick<Ports, "database">,
  reference: string,
): Promise<Experiment> {
  const experiment = await database.experiments.resolve(reference);
  if (experiment !== undefined) return experiment;
  // Also where `project#12` was put into an address as it is: from the # on, nothing of it is sent.
  const isProject = (await database.projects.findBySlug(reference)) !== undefined;
  const hint = isProject
    ? ` It is a project: name one of its experiments as ${reference}/1 or ${reference}%231.`
    : "";
  throw new NotFoundError(`There is no experiment "${reference}".${hint}`);
}

/** The project that the path names by `:project`: its slug or its id. */
export function projectOf(ports: Pick<Ports, "database">, request: Request): Promise<Project> {
  return findProject(ports, parameter(request, "project"));
}

export async function findProject(
  { database }: Pick<Ports, "database">,
  reference: string,
): Promise<Project> {
  const bySlug = await database.projects.findBySlug(reference);
  const project =
    bySlug ?? (isUuid(reference) ? await database.projects.find(reference) : undefined);
  if (project === undefined) throw new NotFoundError(`There is no project "${reference}".`);
  return project;
}

export async function runOf({ database }: Pick<Ports, "database">, request: Request): Promise<Run> {
  const id = parameter(request, "id");
  const run = isUuid(id) ? await database.runs.find(id) : undefined;
  if (run === undefined) throw new NotFoundError(`There is no run "${id}".`);
  return run;
}
