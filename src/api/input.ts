import type { Request } from "express";
import { z } from "zod";

import { BadRequestError, InvalidError } from "../core/errors.ts";
import { plainWords, sentenceAbout, suggestedValue } from "../core/plain-words.ts";
import { closest, didYouMean } from "../core/suggest.ts";

/** The request's query, judged; what is wrong with it is a 400. */
export function queryOf<T extends z.ZodType>(schema: T, request: Request): z.output<T> {
  const result = schema.safeParse(request.query, IN_PLAIN_WORDS);
  if (result.success) return result.data;
  // A parameter that may be repeated is named as it was written, without its index.
  const issues = result.error.issues.map((issue) => ({ ...issue, path: issue.path.slice(0, 1) }));
  const errors = located({ issues }, schema);
  throw new BadRequestError(errors.map(({ message }) => message).join(" "));
}

/** The request's JSON, judged; what is wrong with it is a 422 that says where. */
export function bodyOf<T extends z.ZodType>(schema: T, request: Request): z.output<T> {
  const result = withinDepth(() => schema.safeParse(request.body ?? {}, IN_PLAIN_WORDS));
  if (result.success) return result.data;
  const errors = located(result.error, schema);
  throw new InvalidError(errors.map(({ message }) => message).join(" "), errors);
}

/** A parameter of the path. */
export function parameter(request: Request, name: string): string {
  const value = request.params[name] ?? "";
  const text = typeof value === "string" ? value : value.join("/");
  if (text.includes("\0")) throw new BadRequestError("The address holds a NUL character.");
  return text;
}

function withinDepth<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new BadRequestError("The JSON is nested too deeply.", { cause: error });
  }
}

interface Located {
  readonly path: string;
  readonly message: string;
  readonly suggestion?: string | undefined;
}

/** The issue keeps what was given, for the suggestion. */
const IN_PLAIN_WORDS = { error: plainWords, reportInput: true };

function located(error: Pick<z.ZodError, "issues">, schema: z.ZodType): readonly Located[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => unknown([...path, key], key, namesAt(schema, path)));
    const field = path.join(".");
    const message = sentenceAbout(field === "" ? "The body" : field, issue.message);
    const suggestion = suggestedValue(issue);
    return [{ path: field === "" ? "(all)" : field, message, ...(suggestion && { suggestion }) }];
  });
}

function unknown(path: readonly string[], key: string, known: readonly string[]): Located {
  const suggestion = closest(key, known);
  const field = path.join(".");
  const words = `is not known${didYouMean(suggestion) || `; there is ${known.join(", ")}`}`;
  return { path: field, message: sentenceAbout(field, words), suggestion };
}

/** The names that the object at that path may have. */
function namesAt(schema: z.ZodType, path: readonly string[]): readonly string[] {
  let here: unknown = inside(schema);
  for (const part of path)
    here = inside(here instanceof z.ZodObject ? here.shape[part] : undefined);
  return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
}

function inside(schema: unknown): unknown {
  const isWrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional;
  return isWrapped ? schema.unwrap() : schema;
}
