import type { Json } from "./json.ts";
import { parameterText, parameterVariable } from "./parameters.ts";
import { readShell } from "./shell-context.ts";
import { shellWord } from "./shell-word.ts";
import { closest, didYouMean } from "./suggest.ts";

type Parameters = Readonly<Record<string, Json>>;

/** A `{{ params.<name> }}` that cannot be replaced. */
export interface PlaceholderFault {
  /** Where it begins in the text. */
  readonly index: number;
  readonly message: string;
}

/** In a shell command a placeholder must stand where it can become one word, and name a declared parameter. */
export function commandFaults(command: string, params: Parameters): readonly PlaceholderFault[] {
  const shell = readShell(command);
  return placeholders(command).flatMap(({ index, text, name }) => {
    const unknown = undeclared(name, params);
    if (unknown !== undefined) return [{ index, message: unknown }];
    const fault = shell.faultAt(index);
    return fault === undefined
      ? []
      : [{ index, message: `${text} stands ${fault}; write $${parameterVariable(name)} there.` }];
  });
}

/** In a variable's value a placeholder may stand anywhere. */
export function valueFaults(value: string, params: Parameters): readonly PlaceholderFault[] {
  return placeholders(value).flatMap(({ index, name }) => {
    const message = undeclared(name, params);
    return message === undefined ? [] : [{ index, message }];
  });
}

/** Replaces each placeholder by its value as one quoted word. A faulty one stays as it is. */
export function fillCommand(command: string, params: Parameters): string {
  const faulty = new Set(commandFaults(command, params).map(({ index }) => index));
  return filled(command, (name, index) =>
    faulty.has(index) ? undefined : shellWord(parameterText(params[name] ?? null)),
  );
}

/** Replaces each placeholder by its value's text. */
export function fillValue(value: string, params: Parameters): string {
  return filled(value, (name) =>
    Object.hasOwn(params, name) ? parameterText(params[name] ?? null) : undefined,
  );
}

export function holdsPlaceholder(text: string): boolean {
  return placeholders(text).length > 0;
}

interface Placeholder {
  readonly index: number;
  readonly text: string;
  readonly name: string;
}

function placeholders(text: string): readonly Placeholder[] {
  return Array.from(
    text.matchAll(/\{\{[ \t]{0,8}params\.([A-Za-z0-9_-]{1,64})[ \t]{0,8}\}\}/g),
    (match) => ({
      index: match.index,
      text: match[0],
      name: match[1] ?? "",
    }),
  );
}

function filled(text: string, value: (name: string, index: number) => string | undefined): string {
  let result = "";
  let position = 0;
  for (const { index, text: written, name } of placeholders(text)) {
    result += text.slice(position, index) + (value(name, index) ?? written);
    position = index + written.length;
  }
  return result + text.slice(position);
}

function undeclared(name: string, params: Parameters): string | undefined {
  if (Object.hasOwn(params, name)) return undefined;
  const suggestion = closest(name, Object.keys(params));
  return `The parameter ${name} is not declared in params${didYouMean(suggestion) || "."}`;
}
