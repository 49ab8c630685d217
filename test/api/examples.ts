import type { Experiment } from "../../src/core/experiment.ts";
import type { Attempt, Run } from "../../src/core/run.ts";

const createdAt = new Date("2026-03-04T05:06:07.008Z");
const ids = {
  experiment: "3f2a91c0-0000-4000-8000-000000000001",
  project: "3f2a91c0-0000-4000-8000-000000000002",
  run: "3f2a91c0-0000-4000-8000-000000000003",
  attempt: "3f2a91c0-0000-4000-8000-000000000004",
};

/** An experiment of a push, as it is just after. */
export function experiment(change: Partial<Experiment> = {}): Experiment {
  return {
    id: ids.experiment,
    sequence: 12,
    projectId: ids.project,
    projectSlug: "digits",
    number: 12,
    name: "lower the learning rate",
    description: undefined,
    tags: ["baseline"],
    params: {},
    fields: {},
    fieldsVersion: 0,
    source: {
      kind: "commit",
      commit: "3f2a91c".padEnd(40, "0"),
      branch: "main",
      message: "exp: lower the learning rate",
      author: { name: "Ada", email: "ada@example.org" },
    },
    manifestSelector: undefined,
    overrides: {},
    engine: "docker",
    priority: 50,
    step: "Waiting",
    stepStatus: "Initialize",
    stepAttempt: 1,
    note: undefined,
    exception: undefined,
    cancelRequestedAt: undefined,
    cancelKill: false,
    cancelReason: undefined,
    approvedAt: undefined,
    admittedAt: undefined,
    parentId: undefined,
    createdBy: undefined,
    triggeredBy: "push",
    deliveryId: undefined,
    requestId: undefined,
    createdAt,
    startedAt: undefined,
    finishedAt: undefined,
    archivedAt: undefined,
    logsRemovedAt: undefined,
    conditions: undefined,
    sourceArchive: undefined,
    manifestPath: undefined,
    manifestText: undefined,
    manifest: undefined,
    warnings: [],
    resources: undefined,
    image: undefined,
    ...change,
  };
}

/** A run of one replica, in its first attempt. */
export function run(change: Partial<Run> = {}): Run {
  return {
    id: ids.run,
    experimentId: ids.experiment,
    projectId: ids.project,
    deliveryId: undefined,
    requestId: undefined,
    name: "run",
    engine: "docker",
    priority: 50,
    plan: {
      operator: "jobset",
      command: "python train.py",
      replicas: [
        {
          name: "worker-0",
          type: "worker",
          index: 0,
          env: { SECRET: "s3cret" },
          resources: {
            cpus: 2,
            cpuLimit: 4,
            memoryBytes: 8 * 2 ** 30,
            shmBytes: 0,
            gpu: { count: 1, type: undefined, product: undefined },
          },
        },
      ],
      timeoutSeconds: 3600,
      queueTimeoutSeconds: undefined,
      backoffLimit: 0,
      graceSeconds: 30,
    },
    state: "Running",
    reason: undefined,
    attempt: 1,
    failures: 0,
    platformFaults: 0,
    cancelRequested: false,
    cancelKill: false,
    exitCode: undefined,
    exception: undefined,
    createdAt,
    queuedAt: undefined,
    startedAt: undefined,
    finishedAt: undefined,
    asOf: createdAt,
    ...change,
  };
}

export function attempt(change: Partial<Attempt> = {}): Attempt {
  return {
    id: ids.attempt,
    runId: ids.run,
    number: 1,
    live: true,
    engine: "docker",
    reservation: undefined,
    engineId: undefined,
    observation: undefined,
    observedAt: undefined,
    stopRequestedAt: undefined,
    createdAt,
    startedAt: undefined,
    finishedAt: undefined,
    ...change,
  };
}
