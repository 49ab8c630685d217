import { ChangesQuery } from "../change.ts";
import {
  CancelRequest,
  EditRequest,
  ExperimentQuery,
  FieldsRequest,
  ResubmitRequest,
  SubmitRequest,
} from "../experiment-requests.ts";
import { CancelAnswer, ExperimentAnswer, ExperimentPage } from "../experiment.ts";
import { JsonObject } from "../json.ts";
import { LogQuery } from "../log.ts";
import {
  MetricsQuery,
  ReportAnswer,
  ReportRequest,
  ResourcesQuery,
  RunMetricsAnswer,
  RunResourcesAnswer,
} from "../metric.ts";
import { get, patch, post, put, remove } from "../route.ts";
import { RunDetailAnswer } from "../run.ts";
import { SourceChangesAnswer, SourceChangesQuery } from "../source-changes.ts";

const all = "/api/v1/experiments";
const one = "/api/v1/experiments/:id";
const answersIt = { answers: { 200: ExperimentAnswer } };
const stream = { answers: { 200: "text/event-stream" } };

/** `:id` is a uuid, a unique prefix of it, `project#12` (written %23), `project/12`, or a name. */
export const EXPERIMENT_ROUTES = {
  listExperiments: get(all, "The experiments, newest first", {
    query: ExperimentQuery,
    answers: { 200: ExperimentPage },
  }),
  submitExperiment: post(all, "Submit a commit; an Idempotency-Key header makes a repeat safe", {
    body: SubmitRequest,
    answers: { 201: ExperimentAnswer },
  }),
  getExperiment: get(one, "Everything about an experiment", answersIt),
  editExperiment: patch(one, "Change name, description, tags", { body: EditRequest, ...answersIt }),
  deleteExperiment: remove(one, "Delete one that has finished", { answers: { 204: null } }),
  cancelExperiment: post(`${one}/cancel`, "Cancel; kill skips the grace period", {
    body: CancelRequest,
    answers: { 202: CancelAnswer, 200: CancelAnswer },
  }),
  resubmitExperiment: post(`${one}/resubmit`, "The same again, or with overrides", {
    body: ResubmitRequest,
    answers: { 201: ExperimentAnswer },
  }),
  getSourceChanges: get(`${one}/changes`, "Which files of its source differ from another one's", {
    query: SourceChangesQuery,
    answers: { 200: SourceChangesAnswer },
  }),
  approveExperiment: post(`${one}/approve`, "Let it out of Waiting", answersIt),
  archiveExperiment: post(`${one}/archive`, "Take it out of the list", answersIt),
  unarchiveExperiment: post(`${one}/unarchive`, "Bring it back into the list", answersIt),

  getFields: get(`${one}/fields`, "The fields, with their ETag", {
    access: "run",
    answers: { 200: JsonObject },
  }),
  replaceFields: put(`${one}/fields`, "Replace the fields; If-Match is honoured", {
    access: "run",
    body: FieldsRequest,
    answers: { 200: JsonObject },
  }),
  mergeFields: patch(`${one}/fields`, "JSON merge-patch of the fields; If-Match is honoured", {
    access: "run",
    body: FieldsRequest,
    answers: { 200: JsonObject },
  }),

  getLog: get(`${one}/logs`, "A log: text with byte ranges, or a stream that follows it", {
    query: LogQuery,
    answers: { 200: "text/plain", 206: "text/plain" },
  }),
  followExperiment: get(`${one}/events`, "What changes, as it happens", stream),
  followExperiments: get("/api/v1/events", "What changes in a project, or anywhere", {
    query: ChangesQuery,
    ...stream,
  }),

  getRun: get("/api/v1/runs/:id", "A run with its attempts", { answers: { 200: RunDetailAnswer } }),
  getRunMetrics: get("/api/v1/runs/:id/metrics", "What it reported, as curves", {
    query: MetricsQuery,
    answers: { 200: RunMetricsAnswer },
  }),
  reportMetrics: post("/api/v1/runs/:id/metrics", "Report metrics of a step, or of several", {
    access: "run",
    body: ReportRequest,
    answers: { 200: ReportAnswer },
  }),
  getRunResources: get("/api/v1/runs/:id/resources", "What its replicas use and have used", {
    query: ResourcesQuery,
    answers: { 200: RunResourcesAnswer },
  }),
} as const;
