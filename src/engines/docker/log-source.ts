import type Dockerode from "dockerode";

/** Whose output is read, and for how long. */
export interface LogSource {
  readonly docker: Dockerode;
  readonly container: string;
  readonly signal: AbortSignal;
}
