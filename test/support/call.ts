import type { Answer, TestPlatform } from "./platform.ts";

/** Where a server is, with the administrator's token, in this process or in one of its own. */
export type Server = Pick<TestPlatform, "url" | "token" | "call">;

/** A request to a server with a token; answers the JSON body, or the text. */
export async function call(
  { url, token }: Pick<Server, "url" | "token">,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = /json/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    body: json ? JSON.parse(text) : text,
  };
}
