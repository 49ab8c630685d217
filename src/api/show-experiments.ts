import type { ExperimentAnswer, ExperimentItem } from "../contract/experiment.ts";
import type { Experiment } from "../core/experiment.ts";
import type { Ports } from "../core/ports.ts";
import { presentExperiment, presentItem, type Surroundings } from "./present/experiment.ts";

export async function showExperiment(
  ports: Pick<Ports, "database">,
  experiment: Experiment,
): Promise<ExperimentAnswer> {
  const around = await surroundings(ports, [experiment]);
  return presentExperiment(experiment, around(experiment));
}

export async function showExperiments(
  ports: Pick<Ports, "database">,
  experiments: readonly Experiment[],
): Promise<ExperimentItem[]> {
  const around = await surroundings(ports, experiments);
  return experiments.map((experiment) => presentItem(experiment, around(experiment)));
}

/** What these experiments are shown with: a handful of queries, however many they are. */
async function surroundings(
  { database }: Pick<Ports, "database">,
  experiments: readonly Experiment[],
): Promise<(experiment: Experiment) => Surroundings> {
  const ids = experiments.map(({ id }) => id);
  const projectIds = [...new Set(experiments.map(({ projectId }) => projectId))];
  const [projects, histories, runs, metrics] = await Promise.all([
    Promise.all(projectIds.map((id) => database.projects.find(id))),
    database.experiments.histories(ids),
    database.runs.ofExperiments(ids),
    database.runMetrics.valuesOf(ids),
  ]);
  const runIds = [...runs.values()].flat().map(({ id }) => id);
  const attempts = await database.runs.attemptsOf(runIds);
  return ({ id, projectId }) => ({
    project: projects.find((project) => project?.id === projectId),
    history: histories.get(id) ?? [],
    metrics: metrics.get(id) ?? {},
    runs: (runs.get(id) ?? []).map((run) => ({ run, attempts: attempts.get(run.id) ?? [] })),
  });
}
