import type { Request } from "express";
import type { z } from "zod";

import { BadRequestError, InvalidError } from "../core/errors.ts";

/** The request's query, judged; what is wrong with it is a 400. */
export function queryOf<T extends z.ZodType>(schema: T, request: Request): z.output<T> {
  const result = schema.safeParse(request.query);
  if (result.success) return result.data;
  const errors = located(result.error);
  throw new BadRequestError(errors.map(({ path, message }) => `${path}: ${message}`).join(" "));
}

/** The request's JSON, judged; what is wrong with it is a 422 that says where. */
export function bodyOf<T extends z.ZodType>(schema: T, request: Request): z.output<T> {
  const result = withinDepth(() => schema.safeParse(request.body ?? {}));
  if (result.success) return result.data;
  const errors = located(result.error);
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

type Located = { readonly path: string; readonly message: string };

function located(error: z.ZodError): readonly Located[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String).join(".");
    if (issue.code !== "unrecognized_keys")
      return [{ path: path === "" ? "(all)" : path, message: sentence(issue.message) }];
    return issue.keys.map((key) => ({
      path: path === "" ? key : `${path}.${key}`,
      message: "This name is not known here.",
    }));
  });
}

const sentence = (message: string): string => (message.endsWith(".") ? message : `${message}.`);
