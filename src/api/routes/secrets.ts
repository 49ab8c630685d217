import { PageQuery } from "../../contract/page.ts";
import { type SecretAnswer, SetSecretRequest } from "../../contract/secret.ts";
import type { Ports } from "../../core/ports.ts";
import type { Secret } from "../../core/secret.ts";
import { removeSecret } from "../../pipeline/verbs/remove-secret.ts";
import { setSecret } from "../../pipeline/verbs/set-secret.ts";
import { userOf } from "../auth.ts";
import { projectOf } from "../find.ts";
import type { Handlers } from "../handler.ts";
import { bodyOf, parameter, queryOf } from "../input.ts";
import { listPage } from "../list-page.ts";
import { time } from "../present/times.ts";

type Names = "listSecrets" | "setSecret" | "removeSecret";

/** Values come in here, and never go out. */
export function secretRoutes(ports: Pick<Ports, "database">): Pick<Handlers, Names> {
  return {
    async listSecrets(request, response) {
      const query = queryOf(PageQuery, request);
      const { id } = await projectOf(ports, request);
      const all = await ports.database.secrets.list(id);
      const { items, nextCursor } = listPage(all, ({ name }) => name, query);
      response.json({ items: items.map(presentSecret), nextCursor: nextCursor ?? null });
    },

    async setSecret(request, response) {
      const { value } = bodyOf(SetSecretRequest, request);
      const name = parameter(request, "name");
      const project = await projectOf(ports, request);
      const secret = await setSecret(ports, project, { name, value, createdBy: userOf(request) });
      response.json(presentSecret(secret));
    },

    async removeSecret(request, response) {
      await removeSecret(ports, await projectOf(ports, request), parameter(request, "name"));
      response.status(204).end();
    },
  };
}

const presentSecret = ({ name, version, createdBy, createdAt }: Secret): SecretAnswer => ({
  name,
  version,
  createdBy: createdBy ?? null,
  createdAt: time(createdAt),
});
