import { z } from "zod";

import { Json, JsonObject } from "./json.ts";
import { Problem } from "./problem.ts";
import type { Route } from "./route.ts";
import { ROUTES } from "./routes.ts";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** OpenAPI 3.1, made of the schemas that validate. */
export function openApi(server: { readonly url: string; readonly version: string }) {
  const schemas = new Schemas();
  const paths: Record<string, Record<string, object>> = {};
  for (const [name, route] of Object.entries<Route>(ROUTES)) {
    const operations = (paths[openApiPath(route.path)] ??= {});
    operations[route.method] = operation(name, route, schemas);
  }
  return {
    openapi: "3.1.0",
    info: { title: "Assay", version: server.version },
    servers: [{ url: server.url }],
    paths,
    components: {
      schemas: schemas.all(),
      securitySchemes: {
        token: { type: "http", scheme: "bearer" },
        session: { type: "apiKey", in: "cookie", name: "assay_session" },
      },
    },
    security: [{ token: [] }, { session: [] }],
  };
}

function operation(name: string, route: Route, schemas: Schemas): object {
  const { summary, access, body, answers } = route;
  return {
    operationId: name,
    summary,
    ...(access === "public" && { security: [] }),
    parameters: [...pathParameters(route), ...queryParameters(route)],
    ...(body !== undefined && {
      requestBody: { content: content(body, () => schemas.request(`${name}Request`, body)) },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [
          status,
          {
            description: summary,
            ...(answer !== null && {
              content: content(answer, () => schemas.answer(`${name}Answer`, answer)),
            }),
          },
        ]),
      ),
      default: {
        description: "What went wrong, in a sentence",
        content: { "application/problem+json": { schema: schemas.answer("Problem", Problem) } },
      },
    },
  };
}

const content = (body: z.ZodType | string, schema: () => object): object =>
  typeof body === "string" ? { [body]: {} } : { "application/json": { schema: schema() } };

const openApiPath = (path: string): string =>
  path.replaceAll(/\{\*(\w+)\}/g, "{$1}").replaceAll(/:(\w+)/g, "{$1}");

function pathParameters({ path }: Route): readonly object[] {
  return [...openApiPath(path).matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters({ query }: Route): readonly object[] {
  if (query === undefined) return [];
  const { properties = {} } = z.toJSONSchema(query, options("input"));
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: false,
    schema,
  }));
}

/** Schemas by name: each is written once and referred to. */
class Schemas {
  readonly #requests = registry();
  readonly #answers = registry();

  request(name: string, schema: z.ZodType | string): object {
    return reference(this.#requests, name, schema);
  }

  answer(name: string, schema: z.ZodType | string): object {
    return reference(this.#answers, name, schema);
  }

  all(): Record<string, JsonSchema> {
    return Object.fromEntries(
      [
        z.toJSONSchema(this.#requests, { ...options("input"), uri }),
        z.toJSONSchema(this.#answers, { ...options("output"), uri }),
      ].flatMap(({ schemas }) => Object.entries(schemas).map(withoutId)),
    );
  }
}

function registry() {
  return z
    .registry<{ id: string }>()
    .add(Json, { id: "Json" })
    .add(JsonObject, { id: "JsonObject" });
}

function reference(
  names: ReturnType<typeof registry>,
  name: string,
  schema: z.ZodType | string,
): object {
  if (typeof schema === "string") return {};
  if (!names.has(schema)) names.add(schema, { id: name });
  return { $ref: uri(names.get(schema)?.id ?? name) };
}

const uri = (id: string): string => `#/components/schemas/${id}`;

const options = (io: "input" | "output") =>
  ({
    io,
    unrepresentable: "any",
    // The pattern of a time is long, and "date-time" says it.
    override: ({ jsonSchema }: { jsonSchema: JsonSchema }) => {
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    },
  }) as const;

function withoutId([name, schema]: [string, JsonSchema]): [string, JsonSchema] {
  const { $id: _id, $schema: _schema, ...rest } = schema;
  return [name, rest];
}
