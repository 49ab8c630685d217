import type { Stores } from "../../core/database.ts";
import type { Found, Step, StepException } from "../../core/experiment.ts";

/** Goes into the same transaction as the move. */
type Write = (stores: Stores) => Promise<void>;

/** What one look at a step came to. Throwing means that the platform is at fault, and is tried again. */
export type StepResult =
  | {
      readonly kind: "done";
      readonly found?: Found;
      readonly note?: string;
      /** What the next step says first: its own look would say it only later. */
      readonly next?: string;
      readonly write?: Write;
    }
  /** Something must happen first; with `seconds` it is looked at again then, without it a wake is owed. */
  | {
      readonly kind: "wait";
      readonly note: string;
      readonly seconds?: number;
      readonly write?: Write;
    }
  /** The experiment's own fault. */
  | { readonly kind: "failed"; readonly exception: StepException; readonly found?: Found }
  | { readonly kind: "cancelled" }
  /** An earlier step has to be done again: what it made is gone. */
  | {
      readonly kind: "redo";
      readonly step: Step;
      readonly reason: string;
      readonly write?: Write;
    };

export type Failure = Extract<StepResult, { kind: "failed" }>;
export type Wait = Extract<StepResult, { kind: "wait" }>;

export const failed = (
  kind: string,
  message: string,
  more: Omit<StepException, "kind" | "message"> = {},
): Failure => ({ kind: "failed", exception: { kind, message, ...more } });
