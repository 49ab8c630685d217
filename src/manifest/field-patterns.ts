import type { Field } from "./field.ts";
import { FIELDS } from "./fields.ts";

/** Whether a pattern such as `spec.types.*.count` means this path. */
export function matches(pattern: readonly string[], path: readonly (string | number)[]): boolean {
  return (
    pattern.length === path.length &&
    pattern.every((part, index) => part === "*" || part === String(path[index]))
  );
}

/** FIELDS with their paths split once. */
export const PATTERNS: readonly { readonly field: Field; readonly pattern: readonly string[] }[] =
  FIELDS.map((field) => ({ field, pattern: field.path.split(".") }));

/** The names that may stand in the mapping at a path. */
export function knownKeys(path: readonly (string | number)[]): readonly string[] {
  return [
    ...new Set(
      PATTERNS.filter(({ pattern }) => matches(pattern.slice(0, -1), path))
        .map(({ pattern }) => pattern.at(-1) ?? "")
        .filter((name) => name !== "*"),
    ),
  ];
}
