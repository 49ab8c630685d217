import { PageQuery } from "../../contract/page.ts";
import {
  SetVariableRequest,
  SetVolumeRequest,
  type VariableAnswer,
  type VolumeAnswer,
} from "../../contract/project-parts.ts";
import type { Ports } from "../../core/ports.ts";
import { removeVariable } from "../../pipeline/verbs/remove-variable.ts";
import { removeVolume } from "../../pipeline/verbs/remove-volume.ts";
import { setVariable } from "../../pipeline/verbs/set-variable.ts";
import { setVolume } from "../../pipeline/verbs/set-volume.ts";
import { projectOf } from "../find.ts";
import type { Handlers } from "../handler.ts";
import { bodyOf, parameter, queryOf } from "../input.ts";
import { listPage } from "../list-page.ts";

type Names =
  | "listVariables"
  | "setVariable"
  | "removeVariable"
  | "listVolumes"
  | "setVolume"
  | "removeVolume";

/** What of a project's settings has names, one by one. */
export function projectPartRoutes(ports: Pick<Ports, "database">): Pick<Handlers, Names> {
  return {
    async listVariables(request, response) {
      const query = queryOf(PageQuery, request);
      const { settings } = await projectOf(ports, request);
      const all = named(settings.env, (name, value): VariableAnswer => ({ name, value }));
      response.json(pageOf(all, query));
    },

    async setVariable(request, response) {
      const { value } = bodyOf(SetVariableRequest, request);
      const name = parameter(request, "name");
      await setVariable(ports, await projectOf(ports, request), name, value);
      response.json({ name, value } satisfies VariableAnswer);
    },

    async removeVariable(request, response) {
      await removeVariable(ports, await projectOf(ports, request), parameter(request, "name"));
      response.status(204).end();
    },

    async listVolumes(request, response) {
      const query = queryOf(PageQuery, request);
      const { settings } = await projectOf(ports, request);
      const all = named(settings.volumes, (name, volume): VolumeAnswer => ({ name, ...volume }));
      response.json(pageOf(all, query));
    },

    async setVolume(request, response) {
      const volume = bodyOf(SetVolumeRequest, request);
      const name = parameter(request, "name");
      await setVolume(ports, await projectOf(ports, request), name, volume);
      response.json({ name, ...volume } satisfies VolumeAnswer);
    },

    async removeVolume(request, response) {
      await removeVolume(ports, await projectOf(ports, request), parameter(request, "name"));
      response.status(204).end();
    },
  };
}

/** In the order of their names. */
const named = <Value, Answer>(
  entries: Readonly<Record<string, Value>>,
  present: (name: string, value: Value) => Answer,
): readonly Answer[] =>
  Object.entries(entries)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => present(name, value));

function pageOf<Answer extends { readonly name: string }>(
  all: readonly Answer[],
  query: Parameters<typeof listPage>[2],
) {
  const { items, nextCursor } = listPage(all, ({ name }) => name, query);
  return { items, nextCursor: nextCursor ?? null };
}
