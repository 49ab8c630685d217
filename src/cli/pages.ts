import type { z } from "zod";

import type { Route } from "../contract/route.ts";
import type { Client, Request } from "./client.ts";

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** What the API gives on one page. */
const MOST_ON_A_PAGE = 200;

/** The items of a list, page by page, up to so many. */
export async function* items<T>(
  client: Client,
  route: Route,
  answer: z.ZodType<Page<T>>,
  request: Request = {},
  most = Infinity,
): AsyncGenerator<T> {
  let cursor: string | undefined;
  for (let left = most; left > 0;) {
    const limit = Math.min(left, MOST_ON_A_PAGE);
    const query = { ...request.query, limit, cursor };
    const page = await client.call(route, answer, { ...request, query });
    yield* page.items;
    if (page.nextCursor === null) return;
    cursor = page.nextCursor;
    left -= page.items.length;
  }
}

/** All at once. Node 20 has no Array.fromAsync. */
export async function all<T>(found: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const one of found) list.push(one);
  return list;
}
