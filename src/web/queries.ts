import {
  infiniteQueryOptions,
  keepPreviousData,
  QueryClient,
  queryOptions,
} from "@tanstack/react-query";
import type { z } from "zod";

import type { TokenPage, UserPage } from "../contract/access.ts";
import type { DeliveryPage, RefusedDeliveries } from "../contract/delivery.ts";
import type { ExperimentAnswer, ExperimentItem, ExperimentPage } from "../contract/experiment.ts";
import type { RunMetricsAnswer, RunResourcesAnswer } from "../contract/metric.ts";
import type { ObjectPage } from "../contract/object.ts";
import type { EnginePage, QueueAnswer, SessionAnswer } from "../contract/operations.ts";
import type { PollingAnswer, ProjectAnswer, ProjectPage } from "../contract/project.ts";
import type { RunAnswer, RunDetailAnswer } from "../contract/run.ts";
import type { SourceChangesAnswer } from "../contract/source-changes.ts";
import { encoded, request, RequestError } from "./request.ts";

export type Page = z.infer<typeof ExperimentPage>;

/** What is shown stays until something tells that it changed; a refusal is not asked again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) =>
        failures < 3 &&
        (!(error instanceof RequestError) || error.status === 0 || error.status >= 500),
    },
  },
});

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: () => request<z.infer<typeof SessionAnswer>>("GET", "/api/v1/session"),
  staleTime: Infinity,
});

export const projectsQuery = queryOptions({
  queryKey: ["projects"],
  queryFn: () => request<z.infer<typeof ProjectPage>>("GET", "/api/v1/projects?limit=200"),
});

export const projectQuery = (slug: string) =>
  queryOptions({
    queryKey: ["project", slug],
    queryFn: () => request<ProjectAnswer>("GET", `/api/v1/projects/${encoded(slug)}`),
  });

const POLLING_MS = 10_000;

export const pollingQuery = (slug: string) =>
  queryOptions({
    queryKey: ["polling", slug],
    queryFn: () =>
      request<z.infer<typeof PollingAnswer>>("GET", `/api/v1/projects/${encoded(slug)}/polling`),
    refetchInterval: POLLING_MS,
  });

/** What a project has by name: its variables, secrets or volumes. */
export const partsQuery = <T>(slug: string, parts: "variables" | "secrets" | "volumes") =>
  queryOptions({
    queryKey: [parts, slug],
    queryFn: () =>
      request<{ readonly items: readonly T[] }>(
        "GET",
        `/api/v1/projects/${encoded(slug)}/${parts}?limit=200`,
      ),
  });

export const enginesQuery = queryOptions({
  queryKey: ["engines"],
  queryFn: () => request<z.infer<typeof EnginePage>>("GET", "/api/v1/engines?limit=200"),
});

export const queueQuery = queryOptions({
  queryKey: ["queue"],
  queryFn: () => request<QueueAnswer>("GET", "/api/v1/queue"),
});

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: () => request<z.infer<typeof TokenPage>>("GET", "/api/v1/tokens?limit=200"),
});

export const usersQuery = queryOptions({
  queryKey: ["users"],
  queryFn: () => request<z.infer<typeof UserPage>>("GET", "/api/v1/users?limit=200"),
});

/** By the query string of the API. */
export const experimentsQuery = (filter: string) =>
  infiniteQueryOptions({
    queryKey: ["experiments", filter],
    queryFn: ({ pageParam }) => fetchExperiments(filter, pageParam),
    initialPageParam: "",
    getNextPageParam: ({ nextCursor }) => nextCursor,
    // The list keeps itself true, row by row: asking for all its pages again would be many.
    staleTime: Infinity,
    gcTime: 0,
    // While one types a search, the rows of before stay.
    placeholderData: keepPreviousData,
  });

export function fetchExperiments(filter: string, cursor = ""): Promise<Page> {
  const query = new URLSearchParams(filter);
  query.set("limit", "100");
  if (cursor !== "") query.set("cursor", cursor);
  return request("GET", `/api/v1/experiments?${query.toString()}`);
}

export const experimentQuery = (id: string) =>
  queryOptions({
    queryKey: ["experiment", id],
    queryFn: () => request<ExperimentAnswer>("GET", `/api/v1/experiments/${encoded(id)}`),
  });

/** A run that moved is another one. */
export const runQuery = ({ id, state, attempt }: RunAnswer) =>
  queryOptions({
    queryKey: ["run", id, state, attempt],
    queryFn: () => request<z.infer<typeof RunDetailAnswer>>("GET", `/api/v1/runs/${encoded(id)}`),
    placeholderData: keepPreviousData,
  });

/** Asked for again with each change of its experiment. */
export const runMetricsQuery = (runId: string, names: readonly string[]) =>
  queryOptions({
    queryKey: [METRICS, runId, names],
    queryFn: () => {
      const query = new URLSearchParams({ points: "500" });
      for (const name of names) query.append("names", name);
      return request<RunMetricsAnswer>(
        "GET",
        `/api/v1/runs/${encoded(runId)}/metrics?${query.toString()}`,
      );
    },
    placeholderData: keepPreviousData,
  });
export const METRICS = "metrics";

const SAMPLES_MS = 5_000;

export const runResourcesQuery = (runId: string, isRunning: boolean) =>
  queryOptions({
    queryKey: ["resources", runId, isRunning],
    queryFn: () =>
      request<RunResourcesAnswer>(
        "GET",
        `/api/v1/runs/${encoded(runId)}/resources?now=false&points=300`,
      ),
    placeholderData: keepPreviousData,
    refetchInterval: isRunning && SAMPLES_MS,
  });

export const sourceChangesQuery = (id: string, from: string) =>
  queryOptions({
    queryKey: ["changes", id, from],
    queryFn: () => {
      const query = new URLSearchParams({ from });
      return request<SourceChangesAnswer>(
        "GET",
        `/api/v1/experiments/${encoded(id)}/changes?${query.toString()}`,
      );
    },
  });

/** Asked for again when the experiment's status is another. */
export const filesQuery = ({ id, project: { slug }, status }: ExperimentItem) =>
  infiniteQueryOptions({
    queryKey: ["files", slug, id, status],
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) => {
      const query = new URLSearchParams({ prefix: `output/${id}/`, limit: "100" });
      if (pageParam !== "") query.set("cursor", pageParam);
      const path = `/api/v1/projects/${encoded(slug)}/buckets/output/objects?${query.toString()}`;
      return request<z.infer<typeof ObjectPage>>("GET", path);
    },
    initialPageParam: "",
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

export const deliveriesQuery = (slug: string) =>
  infiniteQueryOptions({
    queryKey: ["deliveries", slug],
    queryFn: ({ pageParam }) => {
      const query = new URLSearchParams({ limit: "50" });
      if (pageParam !== "") query.set("cursor", pageParam);
      const path = `/api/v1/projects/${encoded(slug)}/deliveries?${query.toString()}`;
      return request<z.infer<typeof DeliveryPage>>("GET", path);
    },
    initialPageParam: "",
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: 5_000,
  });

export const refusedQuery = (slug: string) =>
  queryOptions({
    queryKey: ["refused", slug],
    queryFn: () =>
      request<z.infer<typeof RefusedDeliveries>>(
        "GET",
        `/api/v1/projects/${encoded(slug)}/deliveries/refused`,
      ),
    refetchInterval: 5_000,
  });

/** A folder of a project's bucket; its prefix is empty or ends with a slash. */
export interface Place {
  readonly slug: string;
  readonly bucket: "input" | "output";
  readonly prefix: string;
}

export const objectsQuery = ({ slug, bucket, prefix }: Place) =>
  infiniteQueryOptions({
    queryKey: ["objects", slug, bucket, prefix],
    queryFn: ({ pageParam }) => {
      const query = new URLSearchParams({ prefix, delimiter: "/", limit: "200" });
      if (pageParam !== "") query.set("cursor", pageParam);
      const path = `/api/v1/projects/${encoded(slug)}/buckets/${bucket}/objects?${query.toString()}`;
      return request<z.infer<typeof ObjectPage>>("GET", path);
    },
    initialPageParam: "",
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

export const objectPath = ({ slug, bucket }: Pick<Place, "slug" | "bucket">, key: string): string =>
  `/api/v1/projects/${encoded(slug)}/buckets/${bucket}/objects/${encoded(...key.split("/"))}`;
