import type { Request } from "express";
import { z } from "zod";

import { BadRequestError, InvalidError } from "../core/errors.ts";
import { closest, didYouMean } from "../core/suggest.ts";

/** The request's query, judged; what is wrong with it is a 400. */
export function queryOf<T extends z.ZodType>(schema: T, request: Request): z.output<T> {
  const result = schema.safeParse(request.query);
  if (result.success) return result.data;
  const errors = located(result.error, schema);
  throw new BadRequestError(errors.map(({ path, message }) => `${path}: ${message}`).join(" "));
}

/** The request's JSON, judged; what is wrong with it is a 422 that says where. */
export function bodyOf<T extends z.ZodType>(schema: T, request: Request): z.output<T> {
  const result = withinDepth(() => schema.safeParse(request.body ?? {}));
  if (result.success) return result.data;
  const errors = located(result.error, schema);
  throw new InvalidError(
    errors.map(({ path, message }) => `${path}: ${message}`).join(" "),
    errors,
  );
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

function located(error: z.ZodError, schema: z.ZodType): readonly Located[] {
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String).join(".");
    if (issue.code !== "unrecognized_keys")
      return [{ path: path === "" ? "(all)" : path, message: sentence(issue.message) }];
    return issue.keys.map((key) => {
      const suggestion = path === "" ? closest(key, known) : undefined;
      const message = sentence(`This name is not known${didYouMean(suggestion)}`);
      return { path: path === "" ? key : `${path}.${key}`, message, suggestion };
    });
  });
}

const sentence = (message: string): string => (/[.?]$/.test(message) ? message : `${message}.`);
