import { z } from "zod";

import { FIELDS } from "./fields.ts";
import { manifestSchema } from "./schema.ts";

/** The manifest's JSON Schema for editors, from the source that validates, with each field's meaning. */
export function manifestJsonSchema(): object {
  const schema = z.toJSONSchema(manifestSchema, { io: "input", unrepresentable: "any" });
  return {
    ...described(schema, []),
    title: "Assay manifest",
    description: "What a repository asks for: an image, a command and the replicas that run it.",
  };
}

type JsonSchema = Readonly<Record<string, unknown>>;

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function described(schema: unknown, path: readonly string[]): JsonSchema {
  if (!isSchema(schema)) return {};
  const meaning = FIELDS.find((field) => field.path === path.join("."))?.meaning;
  return {
    ...schema,
    ...(meaning === undefined ? {} : { description: meaning }),
    ...inner(schema, "properties", (properties) =>
      Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [
          name,
          described(property, [...path, patternPart(path, name)]),
        ]),
      ),
    ),
    ...inner(schema, "additionalProperties", (each) => described(each, [...path, "*"])),
    ...inner(schema, "items", (each) => described(each, [...path, "*"])),
    ...branches(schema, "oneOf", path),
    ...branches(schema, "anyOf", path),
  };
}

/** The one group of pytorch, jax and xgboost is described as any group is. */
function patternPart(path: readonly string[], name: string): string {
  return path.join(".") === "spec.types" && (name === "worker" || name === "Head") ? "*" : name;
}

function inner(
  schema: JsonSchema,
  key: string,
  change: (value: JsonSchema) => JsonSchema,
): JsonSchema {
  const value = schema[key];
  return isSchema(value) ? { [key]: change(value) } : {};
}

function branches(schema: JsonSchema, key: string, path: readonly string[]): JsonSchema {
  const value = schema[key];
  return Array.isArray(value) && value.some((each) => isSchema(each) && "properties" in each)
    ? { [key]: value.map((each) => described(each, path)) }
    : {};
}
