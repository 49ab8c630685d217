import type { Job } from "../core/job.ts";
import type { Ports } from "../core/ports.ts";
import { aboutExperiment, aboutRun } from "./about.ts";

/** What a job's lines of the log say; never throws, as it is asked when something else went wrong. */
export function aboutJob({ database }: Pick<Ports, "database">, job: Job): Promise<object> {
  const { id: jobId, kind, subjectId } = job;
  const subject = async (): Promise<object> => {
    switch (kind) {
      case "experiment":
      case "notice": {
        const experiment = await database.experiments.find(subjectId);
        return experiment === undefined ? { experimentId: subjectId } : aboutExperiment(experiment);
      }
      case "run": {
        const run = await database.runs.find(subjectId);
        return run === undefined ? { runId: subjectId } : aboutRun(run);
      }
      case "delivery":
        return { deliveryId: subjectId };
    }
  };
  return subject().then(
    (about) => ({ jobId, kind, ...about }),
    () => ({ jobId, kind, subjectId }),
  );
}
