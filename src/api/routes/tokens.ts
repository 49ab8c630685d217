import { CreateTokenRequest, type TokenAnswer } from "../../contract/access.ts";
import { PageQuery } from "../../contract/page.ts";
import type { Token } from "../../core/access.ts";
import { NotFoundError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";
import { createToken } from "../../pipeline/verbs/create-token.ts";
import { userOf } from "../auth.ts";
import type { Handlers } from "../handler.ts";
import { bodyOf, parameter, queryOf } from "../input.ts";
import { listPage } from "../list-page.ts";
import { time, timeOrNull } from "../present/times.ts";

type Names = "listTokens" | "createToken" | "removeToken";

/** Everybody's own tokens. */
export function tokenRoutes({ database }: Pick<Ports, "database">): Pick<Handlers, Names> {
  return {
    async listTokens(request, response) {
      const query = queryOf(PageQuery, request);
      const all = await database.tokens.list(userOf(request));
      const { items, nextCursor } = listPage(all, ({ id }) => id, query);
      response.json({ items: items.map(presentToken), nextCursor: nextCursor ?? null });
    },

    async createToken(request, response) {
      const { name, expiresIn } = bodyOf(CreateTokenRequest, request);
      const made = await createToken(database, { user: userOf(request), name, expiresIn });
      response.status(201).json({ ...presentToken(made), token: made.token });
    },

    async removeToken(request, response) {
      const id = parameter(request, "id");
      if (!(await database.tokens.remove(userOf(request), id)))
        throw new NotFoundError(`You have no token ${id}.`);
      response.status(204).end();
    },
  };
}

const presentToken = ({
  id,
  user,
  name,
  createdAt,
  expiresAt,
  lastUsedAt,
}: Token): TokenAnswer => ({
  id,
  user,
  name,
  createdAt: time(createdAt),
  expiresAt: timeOrNull(expiresAt),
  lastUsedAt: timeOrNull(lastUsedAt),
});
