import { isSchema, type JsonSchema } from "./json-schema-parts.ts";

/** Groups that normalise.ts still reads: an editor strikes them through, and takes them. */
export function withOlderGroups(types: JsonSchema): JsonSchema {
  const { properties } = types;
  if (!isSchema(properties)) return types;
  const { worker, Head: head } = properties;
  if (isSchema(worker))
    return {
      ...allowing(types, ["Worker", "Master", "master"], worker, "worker"),
      minProperties: 1,
    };
  return isSchema(head) ? allowing(types, ["Job"], { type: "object" }, "Head") : types;
}

function allowing(
  types: JsonSchema,
  names: readonly string[],
  group: JsonSchema,
  today: string,
): JsonSchema {
  const { required: _, ...rest } = types;
  const older = { ...group, deprecated: true, description: `Now part of ${today}.` };
  const properties = isSchema(types["properties"]) ? types["properties"] : {};
  return {
    ...rest,
    properties: { ...properties, ...Object.fromEntries(names.map((name) => [name, older])) },
  };
}
