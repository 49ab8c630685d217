import { CreateUserRequest, type UserAnswer } from "../../contract/access.ts";
import { PageQuery } from "../../contract/page.ts";
import type { User } from "../../core/access.ts";
import type { Ports } from "../../core/ports.ts";
import { createUser } from "../../pipeline/verbs/create-user.ts";
import { removeUser } from "../../pipeline/verbs/remove-user.ts";
import { userOf } from "../auth.ts";
import type { Handlers } from "../handler.ts";
import { bodyOf, parameter, queryOf } from "../input.ts";
import { listPage } from "../list-page.ts";
import { time } from "../present/times.ts";

type Names = "listUsers" | "createUser" | "removeUser";

/** For administrators: who may sign in. */
export function userRoutes(ports: Pick<Ports, "database">): Pick<Handlers, Names> {
  return {
    async listUsers(request, response) {
      const query = queryOf(PageQuery, request);
      const all = await ports.database.users.list();
      const { items, nextCursor } = listPage(all, ({ name }) => name, query);
      response.json({ items: items.map(presentUser), nextCursor: nextCursor ?? null });
    },

    async createUser(request, response) {
      const { name, administrator } = bodyOf(CreateUserRequest, request);
      const made = await createUser(ports, { name, administrator, createdBy: userOf(request) });
      response.status(201).json({ ...presentUser(made), token: made.token });
    },

    async removeUser(request, response) {
      await removeUser(ports, parameter(request, "name"));
      response.status(204).end();
    },
  };
}

const presentUser = ({ name, administrator, createdBy, createdAt }: User): UserAnswer => ({
  name,
  administrator,
  createdBy: createdBy ?? null,
  createdAt: time(createdAt),
});
