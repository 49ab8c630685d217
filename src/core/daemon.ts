import type { Daemon, Machine } from "./engine.ts";

/** A daemon as the server that has met it tells the others. */
export interface MetDaemon extends Daemon {
  readonly engine: string;
  /** Where it was met: a daemon that is met at the same place later has taken its place. */
  readonly place: string;
  readonly machines: readonly Machine[];
}

/** The daemons that the servers of this database have met. */
export interface DaemonStore {
  /** Safe to repeat: it is seen now. */
  saw(daemon: MetDaemon): Promise<void>;
  /** Those of an engine that a living server reaches. */
  reached(engine: string): Promise<readonly MetDaemon[]>;
  /** Those that no server reaches any more and whose work falls to a server with these places: Reach says when. */
  orphaned(places: readonly string[]): Promise<readonly string[]>;
  /** Unfinished experiments that need a daemon which nobody has reached for a while, and do not say so yet. */
  stranded(): Promise<readonly { readonly experimentId: string; readonly host: string }[]>;
}

/** Which daemons this server reaches: whose jobs it claims, whose workloads it lists, whose machines it gives out. */
export interface Reach {
  /** undefined: all, as no other server shares the database. */
  readonly daemons: readonly string[] | undefined;
  /** It has answered here: it is reached until this server ends, also while it is away. Answers whether it is new. */
  meet(id: string): boolean;
}

/** Whether what is on this daemon can be got at; what is on none can be everywhere. */
export function reaches({ daemons }: Pick<Reach, "daemons">, daemon: string | undefined): boolean {
  return daemon === undefined || daemons === undefined || daemons.includes(daemon);
}
