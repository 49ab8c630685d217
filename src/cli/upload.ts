import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";

import { ObjectAnswer } from "../contract/object.ts";
import { ROUTES } from "../contract/routes.ts";
import type { Client } from "./client.ts";
import { failure } from "./exit.ts";
import { type Place, written } from "./place.ts";
import { reasonOf } from "./reason.ts";

/** Streams a file into a bucket, and looks that all of it arrived. */
export async function upload(
  client: Client,
  file: string,
  project: string,
  place: Place,
): Promise<ObjectAnswer> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw failure(`${file} cannot be read: ${reasonOf(error)}`, { cause: error });
  });
  const object = await send(client, createReadStream(file), project, place);
  if (object.size === size) return object;
  throw failure(
    `${written(place)} has ${object.size} bytes and ${file} had ${size}: it was written to meanwhile. Send it again.`,
  );
}

export async function send(
  client: Client,
  content: Readable,
  project: string,
  { bucket, key }: Place,
): Promise<ObjectAnswer> {
  const body: ReadableStream<Uint8Array> = Readable.toWeb(content);
  return client.call(ROUTES.putObject, ObjectAnswer, { path: { project, bucket, key }, body });
}
