import {
  AddDestinationRequest,
  type DestinationAnswer,
  SetForgeCredentialRequest,
} from "../../contract/notice.ts";
import { PageQuery } from "../../contract/page.ts";
import { NotFoundError } from "../../core/errors.ts";
import type { Destination } from "../../core/notice.ts";
import type { Ports } from "../../core/ports.ts";
import { addDestination } from "../../pipeline/verbs/add-destination.ts";
import { removeDestination } from "../../pipeline/verbs/remove-destination.ts";
import { setForgeCredential } from "../../pipeline/verbs/set-forge-credential.ts";
import { userOf } from "../auth.ts";
import { isUuid, projectOf } from "../find.ts";
import type { Handlers } from "../handler.ts";
import { bodyOf, parameter, queryOf } from "../input.ts";
import { listPage } from "../list-page.ts";
import { presentCredential, presentDestination, presentNotice } from "../present/notice.ts";

type Names =
  | "getForgeCredential"
  | "setForgeCredential"
  | "removeForgeCredential"
  | "listDestinations"
  | "addDestination"
  | "removeDestination"
  | "listNotices";

/** Tokens, secrets and URLs come in here, and never go out. */
export function noticeRoutes(
  ports: Pick<Ports, "database" | "statuses" | "outward">,
): Pick<Handlers, Names> {
  const all = (projectId: string): Promise<readonly Destination[]> =>
    ports.database.destinations.list(projectId);
  const forgeOf = async ({ id, slug }: { id: string; slug: string }): Promise<Destination> => {
    const forge = (await all(id)).find(({ kind }) => kind === "forge");
    if (forge === undefined)
      throw new NotFoundError(`${slug} has no forge credential: its commits get no statuses.`);
    return forge;
  };
  return {
    async getForgeCredential(request, response) {
      response.json(presentCredential(await forgeOf(await projectOf(ports, request))));
    },

    async setForgeCredential(request, response) {
      const given = bodyOf(SetForgeCredentialRequest, request);
      const project = await projectOf(ports, request);
      const { destination, warning } = await setForgeCredential(ports, project, {
        given,
        createdBy: userOf(request),
      });
      response.json({ ...presentCredential(destination), ...(warning && { warning }) });
    },

    async removeForgeCredential(request, response) {
      const project = await projectOf(ports, request);
      await removeDestination(ports, project, (await forgeOf(project)).id);
      response.status(204).end();
    },

    async listDestinations(request, response) {
      const query = queryOf(PageQuery, request);
      const found = await all((await projectOf(ports, request)).id);
      const others = found.flatMap((each): DestinationAnswer[] => presentDestination(each));
      const { items, nextCursor } = listPage(others.toReversed(), ({ id }) => id, query);
      response.json({ items, nextCursor: nextCursor ?? null });
    },

    async addDestination(request, response) {
      const asked = bodyOf(AddDestinationRequest, request);
      const project = await projectOf(ports, request);
      const createdBy = userOf(request);
      const { destination, secret } = await addDestination(ports, project, { ...asked, createdBy });
      const [shown] = presentDestination(destination);
      response.status(201).json({ ...shown, secret: secret ?? null });
    },

    async removeDestination(request, response) {
      const project = await projectOf(ports, request);
      const id = parameter(request, "destination");
      const isOne =
        isUuid(id) &&
        (await all(project.id)).some((each) => each.id === id && each.kind !== "forge");
      if (!isOne) throw new NotFoundError(`Project ${project.slug} has no destination "${id}".`);
      await removeDestination(ports, project, id);
      response.status(204).end();
    },

    async listNotices(request, response) {
      const page = queryOf(PageQuery, request);
      const { id } = await projectOf(ports, request);
      const { items, nextCursor } = await ports.database.outbox.list(id, page);
      response.json({ items: items.map(presentNotice), nextCursor: nextCursor ?? null });
    },
  };
}
