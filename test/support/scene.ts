import type { Database, Stores } from "../../src/core/database.ts";
import type { Experiment, Move } from "../../src/core/experiment.ts";
import { NEXT } from "../../src/core/lifecycle.ts";
import type { Project } from "../../src/core/project.ts";
import type { Run } from "../../src/core/run.ts";
import { manifestParser } from "../../src/manifest/parse.ts";
import { addProject, pushed } from "./database.ts";
import { repositoryFiles } from "./experiments.ts";

/** Experiments as the pipeline would have left them: one at each point where it may stand for long. */
export interface Scene {
  readonly project: Project;
  readonly waiting: Experiment;
  readonly running: Experiment;
  /** Of the one that runs: it has one live attempt with a reservation of one CPU, 1 GiB and device gpu-0. */
  readonly run: Run;
  readonly succeeded: Experiment;
}

export function setScene(database: Database): Promise<Scene> {
  return database.transaction(async (stores) => {
    const project = await addProject(database);
    const waiting = await make(stores, project, 1);
    const { experiment: running, run } = await startOne(stores, await make(stores, project, 2));
    const other = await startOne(stores, await make(stores, project, 3), "gpu-1");
    await finishRun(stores, other.run);
    const completed = await moveOn(stores, other.experiment);
    const succeeded = await advance(stores, completed, { step: "Completed", status: "Succeeded" });
    await settleJobs(stores, [succeeded.id, other.run.id]);
    return { project, waiting, running, run, succeeded };
  });
}

async function make(
  { experiments, queue }: Stores,
  project: Project,
  digit: number,
): Promise<Experiment> {
  const made = await experiments.create(pushed(project, String(digit).padStart(40, "0")));
  if (made === undefined) throw new Error("the commit was pushed before");
  await queue.push("experiment", made.id);
  return made;
}

async function startOne(
  stores: Stores,
  made: Experiment,
  device = "gpu-0",
): Promise<{ readonly experiment: Experiment; readonly run: Run }> {
  await stores.experiments.admit([made.id]);
  let experiment = made;
  while (experiment.step !== "Running") experiment = await moveOn(stores, experiment);
  return { experiment, run: await startRun(stores, experiment, device) };
}

/** Each step finds out whatever the later ones count on. */
function moveOn(stores: Stores, experiment: Experiment): Promise<Experiment> {
  const { step } = experiment;
  if (step === "Completed") throw new Error("there is no step behind the last one");
  return advance(stores, experiment, {
    step: NEXT[step],
    status: "Running",
    leaves: { step, status: "Succeeded" },
    facts: {
      sourceArchive: "archive",
      manifest: manifestParser.parse(repositoryFiles("true")["manifest.yaml"] ?? "").manifest,
      image: { name: "image", digest: "sha256:1", reused: false, daemon: "daemon" },
    },
  });
}

async function advance(
  { experiments }: Stores,
  experiment: Experiment,
  move: Move,
): Promise<Experiment> {
  await experiments.advance(experiment, move);
  const moved = await experiments.find(experiment.id);
  if (moved === undefined) throw new Error("the experiment is gone");
  return moved;
}

async function startRun(
  { runs, queue }: Stores,
  { id: experimentId }: Experiment,
  device: string,
): Promise<Run> {
  const plan = {
    operator: "jobset",
    command: "true",
    replicas: [],
    timeoutSeconds: 60,
    queueTimeoutSeconds: undefined,
    backoffLimit: 0,
    graceSeconds: 30,
  } as const;
  const name = "main";
  const made = { experimentId, name, engine: "dummy", priority: 50, plan, tokenHash: name };
  const run = await runs.create(made);
  await queue.push("run", run.id);
  await runs.advance(run, { state: "Preparing" });
  const attempt = await runs.createAttempt(run);
  const queueing = { ...run, attempt: attempt.number, state: "Preparing" } as const;
  await runs.advance(queueing, { state: "Queueing", reason: "in the queue" });
  const share = { replica: "worker-0", machine: "one", cpus: 1, memoryBytes: 2 ** 30 };
  const reservation = [{ ...share, devices: [device] }];
  await runs.reserve([{ attemptId: attempt.id, reservation }]);
  await runs.setEngineId(attempt.id, `workload of ${attempt.id}`);
  await runs.advance({ ...queueing, state: "Queueing" }, { state: "Running" });
  return { ...queueing, state: "Running" };
}

async function finishRun({ runs }: Stores, run: Run): Promise<void> {
  const attempt = await runs.liveAttempt(run.id);
  if (attempt !== undefined) await runs.closeAttempt(attempt.id);
  await runs.advance(run, { state: "Finalizing" });
  await runs.advance({ ...run, state: "Finalizing" }, { state: "Done" });
}

/** Those of the finished end; the others wait for a wake. */
async function settleJobs({ queue }: Stores, finished: readonly string[]): Promise<void> {
  for (const job of await queue.claim(100)) {
    if (finished.includes(job.subjectId)) await queue.finish(job);
    else await queue.release(job, 30, "net");
  }
}
