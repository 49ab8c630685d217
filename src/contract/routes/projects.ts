import { DeliveryAnswer, DeliveryPage, RefusedDeliveries } from "../delivery.ts";
import { ObjectAnswer, ObjectPage, ObjectsQuery } from "../object.ts";
import { PageQuery } from "../page.ts";
import {
  SetVariableRequest,
  SetVolumeRequest,
  VariableAnswer,
  VariablePage,
  VolumeAnswer,
  VolumePage,
} from "../project-parts.ts";
import {
  CreatedProjectAnswer,
  CreateProjectRequest,
  PollingAnswer,
  ProjectAnswer,
  ProjectPage,
  UpdateProjectRequest,
  WebhookSecretAnswer,
} from "../project.ts";
import { get, patch, post, put, remove } from "../route.ts";
import { SecretAnswer, SecretPage, SetSecretRequest } from "../secret.ts";

const all = "/api/v1/projects";
const one = "/api/v1/projects/:project";
const objects = `${one}/buckets/:bucket/objects`;
const bytes = "application/octet-stream";

/** `:project` is a slug or an id. */
export const PROJECT_ROUTES = {
  listProjects: get(all, "The projects, newest first", {
    query: PageQuery,
    answers: { 200: ProjectPage },
  }),
  createProject: post(all, "Make a project; the webhook's secret is told this once", {
    access: "administrator",
    body: CreateProjectRequest,
    answers: { 201: CreatedProjectAnswer },
  }),
  getProject: get(one, "A project", { answers: { 200: ProjectAnswer } }),
  updateProject: patch(one, "Change name, engine, repository, settings", {
    access: "administrator",
    body: UpdateProjectRequest,
    answers: { 200: ProjectAnswer },
  }),
  deleteProject: remove(one, "Delete a project without active experiments", {
    access: "administrator",
    answers: { 204: null },
  }),
  rotateWebhookSecret: post(`${one}/webhook-secret`, "A new webhook secret, told this once", {
    access: "administrator",
    answers: { 200: WebhookSecretAnswer },
  }),
  getPolling: get(`${one}/polling`, "Whether the repository is asked, and how it last went", {
    answers: { 200: PollingAnswer },
  }),

  listSecrets: get(`${one}/secrets`, "The project's secrets by name, without their values", {
    query: PageQuery,
    answers: { 200: SecretPage },
  }),
  setSecret: put(`${one}/secrets/:name`, "A new value, for experiments from now on", {
    access: "administrator",
    body: SetSecretRequest,
    answers: { 200: SecretAnswer },
  }),
  removeSecret: remove(`${one}/secrets/:name`, "Remove a secret; what runs keeps it", {
    access: "administrator",
    answers: { 204: null },
  }),

  listVariables: get(`${one}/variables`, "The project's variables, by name", {
    query: PageQuery,
    answers: { 200: VariablePage },
  }),
  setVariable: put(`${one}/variables/:name`, "A variable of every container from now on", {
    access: "administrator",
    body: SetVariableRequest,
    answers: { 200: VariableAnswer },
  }),
  removeVariable: remove(`${one}/variables/:name`, "Remove a variable", {
    access: "administrator",
    answers: { 204: null },
  }),

  listVolumes: get(`${one}/volumes`, "The volumes that manifests may attach, by name", {
    query: PageQuery,
    answers: { 200: VolumePage },
  }),
  setVolume: put(`${one}/volumes/:name`, "A folder of the engine's machine as a volume", {
    access: "administrator",
    body: SetVolumeRequest,
    answers: { 200: VolumeAnswer },
  }),
  removeVolume: remove(`${one}/volumes/:name`, "Remove a volume; its folder stays", {
    access: "administrator",
    answers: { 204: null },
  }),

  listDeliveries: get(`${one}/deliveries`, "What was received and what was decided", {
    query: PageQuery,
    answers: { 200: DeliveryPage },
  }),
  listRefusedDeliveries: get(`${one}/deliveries/refused`, "The last that were not believed", {
    answers: { 200: RefusedDeliveries },
  }),
  getDelivery: get(`${one}/deliveries/:delivery`, "A delivery", {
    answers: { 200: DeliveryAnswer },
  }),

  listObjects: get(objects, "What a bucket (input or output) holds, in order of its keys", {
    query: ObjectsQuery,
    answers: { 200: ObjectPage },
  }),
  getObject: get(`${objects}/{*key}`, "Download; byte ranges are honoured", {
    answers: { 200: bytes, 206: bytes },
  }),
  putObject: put(`${objects}/{*key}`, "Upload, streamed, at any size", {
    body: bytes,
    answers: { 201: ObjectAnswer },
  }),
  deleteObject: remove(`${objects}/{*key}`, "Delete", { answers: { 204: null } }),
} as const;
