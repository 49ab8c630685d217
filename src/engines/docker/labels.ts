import type { Workload, WorkloadReplica } from "../../core/engine.ts";

/** What a workload carries, so that it is found again after any crash, by whoever looks. */
export const LABEL = {
  installation: "assay.installation",
  attempt: "assay.attempt",
  run: "assay.run",
  experiment: "assay.experiment",
  project: "assay.project",
  /** What the experiment goes back to: one of the two. */
  delivery: "assay.delivery",
  request: "assay.request",
  replica: "assay.replica",
  /** How many replicas the attempt has. */
  replicas: "assay.replicas",
  /** The network's name. */
  network: "assay.network",
  /** The id of the pause container whose network it has joined. */
  pause: "assay.pause",
  /** On such a container instead of all above but the network: whose it is. */
  pauseOf: "assay.pause-of",
} as const;

export function workloadLabels(
  installation: string,
  workload: Workload,
  replica: WorkloadReplica,
  network: string,
): Record<string, string> {
  return {
    [LABEL.installation]: installation,
    [LABEL.attempt]: workload.attemptId,
    [LABEL.run]: workload.runId,
    [LABEL.experiment]: workload.experimentId,
    [LABEL.project]: workload.projectId,
    ...(workload.deliveryId !== undefined && { [LABEL.delivery]: workload.deliveryId }),
    ...(workload.requestId !== undefined && { [LABEL.request]: workload.requestId }),
    [LABEL.replica]: replica.name,
    [LABEL.replicas]: String(workload.replicas.length),
    [LABEL.network]: network,
  };
}

/** Docker refuses a second container of the same name: preparing twice cannot make two. */
export function containerName(attemptId: string, replica: string): string {
  return `assay-${attemptId}-${replica}`;
}

/** A filter for listings: all of these labels. */
export function labelled(labels: Readonly<Record<string, string>>): { label: string[] } {
  return { label: Object.entries(labels).map(([name, value]) => `${name}=${value}`) };
}
