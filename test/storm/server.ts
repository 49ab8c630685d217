import type { FromServer, Orders, ToServer } from "./messages.ts";

/** One server of the storm, whichever way it lives. */
export interface Server {
  readonly number: number;
  /** Where it listens; undefined before it does, and once it has ended. */
  readonly at: Address | undefined;
  readonly isFrozen: boolean;
  /** By which exit code, where it was not killed: a server that nobody killed does not end. */
  readonly ended: Promise<number | undefined>;
  /** What it does to itself; the other three are done to it. */
  tell(message: ToServer): void;
  kill(): void;
  freeze(): void;
  wake(): void;
}

export interface Address {
  readonly url: string;
  readonly token: string;
}

export type StartServer = (orders: Orders, listener: (message: FromServer) => void) => Server;

/** The name of its sessions in the database. */
export const sessionsOf = (number: number): string => `storm-${number}`;
