/** Every figure of a server, with Prometheus' names and units. One that is not here cannot be told. */
export const METRICS = {
  assay_claim_seconds: {
    kind: "histogram",
    labels: ["kind"],
    help: "How long a claimed job was worked on until it was handed back, by kind of job.",
  },
  assay_retries_total: {
    kind: "counter",
    labels: ["kind"],
    help: "Looks that met a fault of the platform and were tried again, by kind of job.",
  },
  assay_given_up_total: {
    kind: "counter",
    labels: ["kind"],
    help: "Jobs that were given up after their tries, by kind of job.",
  },
  assay_lost_leases_total: {
    kind: "counter",
    labels: ["kind"],
    help: "Claims that no longer held when they were to be settled, by kind of job.",
  },
  assay_safety_net_total: {
    kind: "counter",
    labels: ["kind"],
    help: "Moves that no wake but only the safety net made; 0 where nothing was lost.",
  },
  assay_queue_jobs: {
    kind: "gauge",
    labels: ["kind", "state"],
    help: "Jobs of all servers, by kind and by whether they are due, claimed or waiting.",
  },
  assay_queue_oldest_due_seconds: {
    kind: "gauge",
    labels: ["kind"],
    help: "How long the oldest due job has waited for a worker, by kind; 0 where none is due.",
  },
  assay_experiments: {
    kind: "gauge",
    labels: ["step", "status"],
    help: "Experiments that are active, by step and status.",
  },
  assay_step_seconds: {
    kind: "histogram",
    labels: ["step", "outcome"],
    help: "How long a step took from its beginning to its end, by how it ended.",
  },
  assay_deliveries_total: {
    kind: "counter",
    labels: ["source", "decision"],
    help: "Answers to deliveries; one that was pending is counted again when it is decided.",
  },
  assay_notices_total: {
    kind: "counter",
    labels: ["kind", "outcome"],
    help: "Tries to tell a destination, by its kind and by what became of the notice.",
  },
  assay_notices_owed: {
    kind: "gauge",
    labels: ["kind"],
    help: "Notices of all servers that are not told yet, by kind of destination.",
  },
  assay_notices_oldest_owed_seconds: {
    kind: "gauge",
    labels: ["kind"],
    help: "How long the oldest notice is owed, by kind of destination; 0 where none is.",
  },
  assay_scheduler_round_seconds: {
    kind: "histogram",
    labels: [],
    help: "How long the scheduler took for a decision, the look at the engines included.",
  },
  assay_observer_look_seconds: {
    kind: "histogram",
    labels: ["engine"],
    help: "How long an observer's look at its engine and its runs took.",
  },
  assay_observer_looked_timestamp_seconds: {
    kind: "gauge",
    labels: ["engine"],
    help: "When this server last finished a look at the engine, as Unix time; only who observes it moves this.",
  },
  assay_engine_call_seconds: {
    kind: "histogram",
    labels: ["engine", "method", "outcome"],
    help: "How long a call of an engine took, by how it came out.",
  },
  assay_engine_cpus: {
    kind: "gauge",
    labels: ["engine", "of"],
    help: "CPUs of the engine's machines: the capacity as it was last told, and what is reserved.",
  },
  assay_engine_memory_bytes: {
    kind: "gauge",
    labels: ["engine", "of"],
    help: "Memory of the engine's machines: the capacity as it was last told, and what is reserved.",
  },
  assay_engine_gpus: {
    kind: "gauge",
    labels: ["engine", "of"],
    help: "GPUs of the engine's machines: the capacity as it was last told, and what is reserved.",
  },
  assay_hints_total: {
    kind: "counter",
    labels: ["kind"],
    help: "Hints that this server heard, its own included, by kind.",
  },
  assay_log_bytes_total: {
    kind: "counter",
    labels: ["engine"],
    help: "Bytes that this server read from running experiments for their logs.",
  },
  assay_http_request_seconds: {
    kind: "histogram",
    labels: ["method", "route", "status"],
    help: "How long a request took until its answer was sent or its client left, by route.",
  },
  assay_servers: {
    kind: "gauge",
    labels: [],
    help: "Servers that are registered at the database.",
  },
  assay_database_up: {
    kind: "gauge",
    labels: [],
    help: "1 where the database answered when these figures were read; else those of it are old.",
  },
  assay_database_connections: {
    kind: "gauge",
    labels: ["state"],
    help: "Connections of this server's pool that are used or idle, and who is waiting for one.",
  },
  assay_disk_used_ratio: {
    kind: "gauge",
    labels: ["disk"],
    help: "How full the disk is, 0 to 1: the data directory's, and Docker's where it is another.",
  },
  assay_closed: {
    kind: "gauge",
    labels: [],
    help: "1 where this server admits nothing new, because a disk is too full.",
  },
  assay_invariant_violations: {
    kind: "gauge",
    labels: ["invariant"],
    help: "Rows that break what must always hold, 20 at most; 0 where all is well or another server asks.",
  },
} as const satisfies Record<
  string,
  {
    readonly kind: "counter" | "gauge" | "histogram";
    readonly labels: readonly string[];
    readonly help: string;
  }
>;

type Known = typeof METRICS;
export type MetricName<Kind extends Known[keyof Known]["kind"]> = {
  [Name in keyof Known]: Known[Name]["kind"] extends Kind ? Name : never;
}[keyof Known];

export type MetricLabels = Readonly<Record<string, string>>;

/** What a server counts, times and shows. */
export interface Metrics {
  count(name: MetricName<"counter">, labels?: MetricLabels, by?: number): void;
  observe(name: MetricName<"histogram">, value: number, labels?: MetricLabels): void;
  set(name: MetricName<"gauge">, value: number, labels?: MetricLabels): void;
}
