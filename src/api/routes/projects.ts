import type { z } from "zod";

import { PageQuery } from "../../contract/page.ts";
import {
  CreateProjectRequest,
  type PollingAnswer,
  type Settings,
  UpdateProjectRequest,
} from "../../contract/project.ts";
import type { Ports } from "../../core/ports.ts";
import type { ProjectSettings } from "../../core/project.ts";
import { createProject } from "../../pipeline/verbs/create-project.ts";
import { deleteProject } from "../../pipeline/verbs/delete-project.ts";
import { rotateWebhookSecret } from "../../pipeline/verbs/rotate-webhook-secret.ts";
import { updateProject } from "../../pipeline/verbs/update-project.ts";
import { projectOf } from "../find.ts";
import type { Handlers } from "../handler.ts";
import { bodyOf, queryOf } from "../input.ts";
import { listPage } from "../list-page.ts";
import { presentProject } from "../present/project.ts";
import { timeOrNull } from "../present/times.ts";

type Names =
  | "listProjects"
  | "createProject"
  | "getProject"
  | "updateProject"
  | "deleteProject"
  | "rotateWebhookSecret"
  | "getPolling";

export function projectRoutes(ports: Ports): Pick<Handlers, Names> {
  return {
    async listProjects(request, response) {
      const query = queryOf(PageQuery, request);
      const projects = await ports.database.projects.list();
      const newestFirst = projects.toSorted(
        (a, b) => b.createdAt.getTime() - a.createdAt.getTime(),
      );
      const { items, nextCursor } = listPage(newestFirst, ({ id }) => id, query);
      response.json({
        items: items.map((project) => presentProject(ports, project)),
        nextCursor: nextCursor ?? null,
      });
    },

    async createProject(request, response) {
      const { settings, ...rest } = bodyOf(CreateProjectRequest, request);
      const { project, webhookSecret, warning } = await createProject(ports, {
        ...rest,
        ...(settings && { settings: settingsOf(settings) }),
      });
      response.status(201).location(`/api/v1/projects/${project.slug}`);
      response.json({ ...presentProject(ports, project), webhookSecret, warning });
    },

    async getProject(request, response) {
      response.json(presentProject(ports, await projectOf(ports, request)));
    },

    async updateProject(request, response) {
      const { settings, ...rest } = bodyOf(UpdateProjectRequest, request);
      const project = await updateProject(ports, await projectOf(ports, request), {
        ...rest,
        ...(settings && { settings: settingsOf(settings) }),
      });
      response.json(presentProject(ports, project));
    },

    async deleteProject(request, response) {
      await deleteProject(ports, await projectOf(ports, request));
      response.status(204).end();
    },

    async rotateWebhookSecret(request, response) {
      const webhookSecret = await rotateWebhookSecret(ports, await projectOf(ports, request));
      response.json({ webhookSecret });
    },

    async getPolling(request, response) {
      const { id, settings } = await projectOf(ports, request);
      const last = await ports.database.polls.find(id);
      response.json({
        everySeconds: settings.pollSeconds ?? null,
        polledAt: timeOrNull(last?.polledAt),
        problem: last?.problem ?? null,
      } satisfies z.infer<typeof PollingAnswer>);
    },
  };
}

/** null in JSON is no limit, and no polling. */
function settingsOf({ maxActive, pollSeconds, ...rest }: Settings): Partial<ProjectSettings> {
  return {
    ...rest,
    ...(maxActive !== undefined && { maxActive: maxActive ?? undefined }),
    ...(pollSeconds !== undefined && { pollSeconds: pollSeconds ?? undefined }),
  };
}
