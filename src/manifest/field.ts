import { truthOf } from "./truth.ts";

/** The engines that this version serves. */
export const SERVED_ENGINES = ["docker", "dummy"] as const;
export type ServedEngine = (typeof SERVED_ENGINES)[number];

export type Support =
  | { readonly kind: "honoured" }
  /** Accepted with a warning: what it asks for is nothing here. */
  | { readonly kind: "meaningless"; readonly because: string }
  /** An error: whoever wrote it counts on it. */
  | { readonly kind: "refused"; readonly because: string };

export interface Field {
  /** Dotted; `*` is any name or index. */
  readonly path: string;
  /** For documentation and editors. */
  readonly meaning: string;
  /** Only these values are meant, as documentation writes them; the row is judged where `applies`. */
  readonly only?: { readonly values: string; readonly applies: (value: unknown) => boolean };
  readonly support: Readonly<Record<ServedEngine, Support>>;
  /** Belongs to an operator that is judged as a whole, so it is not judged again by itself. */
  readonly ofOperator?: boolean;
}

export function honoured(path: string, meaning: string): Field {
  return { path, meaning, support: alike({ kind: "honoured" }) };
}

export function meaningless(
  path: string,
  meaning: string,
  because: string,
  only?: Field["only"],
): Field {
  return withOnly({ path, meaning, support: alike({ kind: "meaningless", because }) }, only);
}

export function refused(
  path: string,
  meaning: string,
  because: string,
  only?: Field["only"],
): Field {
  return withOnly({ path, meaning, support: alike({ kind: "refused", because }) }, only);
}

export function ofOperator(operator: string, path: string, meaning: string): Field {
  return { ...refused(path, meaning, later(`the operator ${operator} is`)), ofOperator: true };
}

export function later(what: string): string {
  return `${what} not available yet on engine {engine}`;
}

/** Of a switch: only where it is on. */
export const enabled = { values: "true", applies: (value: unknown) => truthOf(value) === true };

const alike = (support: Support): Field["support"] => ({ docker: support, dummy: support });

const withOnly = (field: Field, only: Field["only"]): Field =>
  only === undefined ? field : { ...field, only };
