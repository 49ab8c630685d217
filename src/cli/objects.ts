import { type ObjectAnswer, ObjectPage } from "../contract/object.ts";
import { ROUTES } from "../contract/routes.ts";
import type { Client } from "./client.ts";
import { items } from "./pages.ts";
import type { Place } from "./place.ts";

/** Every object whose key begins like the place's, in order of the keys. */
export function objectsBelow(
  client: Client,
  project: string,
  { bucket, key }: Place,
): AsyncGenerator<ObjectAnswer> {
  const request = { path: { project, bucket }, query: { prefix: key } };
  return items(client, ROUTES.listObjects, ObjectPage, request);
}

/** The object of exactly this key. */
export async function objectAt(
  client: Client,
  project: string,
  place: Place,
): Promise<ObjectAnswer | undefined> {
  const request = {
    path: { project, bucket: place.bucket },
    query: { prefix: place.key },
  };
  // It comes first among those that begin like it.
  for await (const object of items(client, ROUTES.listObjects, ObjectPage, request, 1))
    if (object.key === place.key) return object;
  return undefined;
}

/** A folder's key ends in a slash, so that `data` does not mean `database.csv`. */
export const asFolder = (place: Place): Place =>
  place.key === "" || place.key.endsWith("/") ? place : { ...place, key: `${place.key}/` };
