/** What a server of the storm is told at its start. */
export interface Orders {
  readonly seed: number;
  /** Which server of the storm it is, from 1: no two have the same. */
  readonly number: number;
  readonly databaseUrl: string;
  readonly dataDirectory: string;
  /** Whether calls of its ports fail, come late, or get no answer. */
  readonly faults: boolean;
  readonly logLevel: "silent" | "warn" | "debug";
}

export type ToServer =
  /** At the so many-th boundary of an effect from now on. */
  | { readonly kind: "crash"; readonly boundaries: number }
  | { readonly kind: "freeze"; readonly boundaries: number }
  | { readonly kind: "calm" }
  | { readonly kind: "stop" };

export const FAULTS = [
  "failed",
  "no answer",
  "late",
  "twice",
  "broke off",
  "hint lost",
  "hint twice",
] as const;
export type Fault = (typeof FAULTS)[number];

export type FromServer =
  | { readonly kind: "ready"; readonly url: string; readonly token: string }
  | { readonly kind: "fault"; readonly fault: Fault }
  | { readonly kind: "frozen" }
  | { readonly kind: "safety net"; readonly of: string };
