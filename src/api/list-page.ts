import { BadRequestError } from "../core/errors.ts";
import type { Page, PageRequest } from "../core/experiment-store.ts";

/** A page of a list that is short enough to be read whole; the cursor is the key of the last item given. */
export function listPage<T>(
  all: readonly T[],
  key: (item: T) => string,
  { limit, cursor }: PageRequest,
): Page<T> {
  const after = cursor === undefined ? -1 : all.findIndex((item) => key(item) === cursor);
  if (cursor !== undefined && after === -1)
    throw new BadRequestError("What this cursor names is gone. Begin again without it.");
  const items = all.slice(after + 1, after + 1 + limit);
  const last = items.at(-1);
  const hasMore = after + 1 + limit < all.length;
  return { items, nextCursor: hasMore && last !== undefined ? key(last) : undefined };
}
