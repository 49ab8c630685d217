import type { z } from "zod";

/** One call of the HTTP API. Paths are express's: `:name`, and `{*rest}` for whatever follows. */
export interface Route {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  readonly path: string;
  readonly summary: string;
  /** Who may call it besides administrators: everybody, every token that is a person's, or a run's token as well. */
  readonly access: "public" | "user" | "run" | "administrator";
  readonly query?: z.ZodObject;
  /** A schema of JSON, or the media type of a body that is no JSON. */
  readonly body?: z.ZodType | string;
  /** By status: a schema of JSON, a media type, or null for no content. */
  readonly answers: Readonly<Record<number, z.ZodType | string | null>>;
}

type Details = Partial<Pick<Route, "access" | "query" | "body">> & Pick<Route, "answers">;

const route =
  (method: Route["method"]) =>
  (path: string, summary: string, details: Details): Route => ({
    method,
    path,
    summary,
    access: "user",
    ...details,
  });

export const get = route("get");
export const post = route("post");
export const put = route("put");
export const patch = route("patch");
export const remove = route("delete");
