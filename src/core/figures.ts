import type { ExperimentStatus, Step } from "./experiment.ts";

/** What the database knows of all servers together; asked when the metrics are read. */
export interface Figures {
  readonly servers: number;
  readonly active: readonly {
    readonly step: Step;
    readonly status: ExperimentStatus;
    readonly count: number;
  }[];
  /** Of engines that have a reservation. */
  readonly reserved: readonly {
    readonly engine: string;
    readonly cpus: number;
    readonly memoryBytes: number;
    readonly gpus: number;
  }[];
}

export interface FigureStore {
  read(): Promise<Figures>;
  /** Of this server's pool; `waiting` is who waits for one. */
  connections(): { readonly used: number; readonly idle: number; readonly waiting: number };
}
