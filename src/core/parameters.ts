import type { Json } from "./json.ts";

/** A parameter's name: it becomes `$PARAM_<NAME>` and stands in `{{ params.<name> }}`. */
export const PARAMETER_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

export const PARAMETER_NAME_RULE =
  "a parameter's name begins with a letter and holds letters, digits, _ and - (64 at most)";

/** `learning-rate` → `PARAM_LEARNING_RATE`. */
export function parameterVariable(name: string): string {
  return `PARAM_${name.toUpperCase().replaceAll("-", "_")}`;
}

/** A parameter as the text of a variable or a command's word: strings as they are, nothing for null, JSON for the rest. */
export function parameterText(value: Json): string {
  if (value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A parameter's value as people type it: a JSON scalar where it is one that survives, else the text itself. */
export function readParameter(text: string): Json {
  if (!/^(?:-?\d|"|true$|false$|null$)/.test(text)) return text;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "number")
      return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
        ? value
        : text;
    return value === null || typeof value === "string" || typeof value === "boolean" ? value : text;
  } catch {
    return text;
  }
}
