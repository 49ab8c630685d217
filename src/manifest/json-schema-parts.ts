export type JsonSchema = Readonly<Record<string, unknown>>;

export const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What is below one keyword, changed; nothing where there is no schema. */
export function inner(
  schema: JsonSchema,
  key: string,
  change: (value: JsonSchema) => JsonSchema,
): JsonSchema {
  const value = schema[key];
  return isSchema(value) ? { [key]: change(value) } : {};
}

/** The alternatives of objects below one keyword, each changed. */
export function branches(
  schema: JsonSchema,
  key: string,
  change: (value: unknown) => JsonSchema,
): JsonSchema {
  const value = schema[key];
  return Array.isArray(value) && value.some((each) => isSchema(each) && "properties" in each)
    ? { [key]: value.map(change) }
    : {};
}
