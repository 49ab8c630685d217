import type { Problem } from "../contract/problem.ts";

/** What the server answered instead, in its own sentence. */
export class RequestError extends Error {
  override name = "RequestError";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** One call of the API, with the session's cookie. The answer is the contract's: page and server are of one version. */
export async function request<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(path, {
    method,
    headers: { accept: "application/json", "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new RequestError(0, "The server cannot be reached at the moment.");
  });
  if (!response.ok) throw await errorOf(response);
  const text = await response.text();
  return JSON.parse(text === "" ? "null" : text);
}

export async function errorOf(response: Response): Promise<RequestError> {
  const isProblem = response.headers.get("content-type")?.includes("problem+json") === true;
  const problem: Partial<Problem> = isProblem ? JSON.parse(await response.text()) : {};
  const more = problem.errors?.map(({ path, message }) => `${path}: ${message}`) ?? [];
  const sentence = problem.detail ?? `The server answered ${response.status}.`;
  return new RequestError(response.status, [sentence, ...more].join(" "));
}

/** For the paths of the API: `digits#12` has a character that ends a path. */
export const encoded = (...parts: readonly string[]): string =>
  parts.map((part) => encodeURIComponent(part)).join("/");

export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : "Something went wrong.";
