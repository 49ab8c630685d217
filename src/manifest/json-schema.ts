import { z } from "zod";

import { FIELDS } from "./fields.ts";
import { branches, inner, isSchema, type JsonSchema } from "./json-schema-parts.ts";
import { withOlderGroups } from "./older-groups.ts";
import { isText } from "./plain-rules.ts";
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

function described(schema: unknown, path: readonly string[]): JsonSchema {
  if (!isSchema(schema)) return {};
  const meaning = FIELDS.find((field) => field.path === path.join("."))?.meaning;
  const own = {
    ...schema,
    ...(isText(path) ? asWritten(schema) : {}),
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
    ...branches(schema, "oneOf", (each) => described(each, path)),
    ...branches(schema, "anyOf", (each) => described(each, path)),
  };
  return path.join(".") === "spec.types" ? withOlderGroups(own) : own;
}

/** The one group of pytorch, jax and xgboost is described as any group is. */
function patternPart(path: readonly string[], name: string): string {
  return path.join(".") === "spec.types" && (name === "worker" || name === "Head") ? "*" : name;
}

/** Text is read as it is written, and an editor takes `3.10` for a number and `true` for a truth. */
function asWritten({ type, enum: values }: JsonSchema): JsonSchema {
  if (Array.isArray(values))
    return { type: ["string", "boolean"], enum: [...values, ...truthsAmong(values)] };
  return type === "string" ? { type: ["string", "number", "boolean"] } : {};
}

const truthsAmong = (values: readonly unknown[]): readonly boolean[] =>
  [true, false].filter((truth) => values.includes(String(truth)));
