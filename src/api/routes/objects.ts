import type { Request, Response } from "express";

import { ObjectsQuery, type ObjectAnswer } from "../../contract/object.ts";
import { BadRequestError, NotFoundError } from "../../core/errors.ts";
import type { ObjectInfo } from "../../core/object-store.ts";
import type { Ports } from "../../core/ports.ts";
import { projectOf } from "../find.ts";
import type { Handlers } from "../handler.ts";
import { parameter, queryOf } from "../input.ts";
import { time } from "../present/times.ts";
import { rangeOf, sendBytes } from "../send-bytes.ts";

type ObjectPorts = Pick<Ports, "database" | "buckets">;
type Names = "listObjects" | "getObject" | "putObject" | "deleteObject";

export function objectRoutes(ports: ObjectPorts): Pick<Handlers, Names> {
  const { buckets } = ports;
  return {
    async listObjects(request, response) {
      const { prefix, delimiter, limit, cursor } = queryOf(ObjectsQuery, request);
      const after = cursor === undefined ? undefined : readCursor(cursor);
      const bucket = await bucketOf(ports, request);
      const listing = await buckets.list(bucket, { prefix, delimiter, after, limit });
      response.json({
        items: listing.objects.map(presentObject),
        prefixes: listing.prefixes,
        nextCursor: listing.nextAfter === undefined ? null : writeCursor(listing.nextAfter),
      });
    },

    async getObject(request, response) {
      const bucket = await bucketOf(ports, request);
      const key = parameter(request, "key");
      const object = await buckets.stat(bucket, key);
      if (object === undefined) throw missing(bucket, key);
      asDownload(response, object);
      const { size } = object;
      const range = rangeOf(request, size);
      await sendBytes(request, response, {
        size,
        range,
        open: (part) => read(ports, bucket, key, part),
      });
    },

    async putObject(request, response) {
      const bucket = await bucketOf(ports, request);
      const object = await buckets.put(bucket, parameter(request, "key"), request);
      response.status(201).json(presentObject(object));
    },

    async deleteObject(request, response) {
      const bucket = await bucketOf(ports, request);
      const key = parameter(request, "key");
      if (!(await buckets.delete(bucket, key))) throw missing(bucket, key);
      response.status(204).end();
    },
  };
}

/** `digits/input`: the bucket that the path names. */
async function bucketOf(ports: ObjectPorts, request: Request): Promise<string> {
  const { slug } = await projectOf(ports, request);
  const bucket = parameter(request, "bucket");
  if (bucket === "input" || bucket === "output") return `${slug}/${bucket}`;
  throw new NotFoundError(`Project ${slug} has the buckets input and output, not "${bucket}".`);
}

async function* read(
  { buckets }: ObjectPorts,
  bucket: string,
  key: string,
  part: { readonly start: number; readonly end: number },
): AsyncGenerator<Uint8Array> {
  const object = await buckets.get(bucket, key, part);
  if (object === undefined) throw missing(bucket, key);
  yield* object.body;
}

/** Whatever it holds, a browser saves it and never shows it as a page of ours. */
function asDownload(response: Response, { key, etag, modifiedAt }: ObjectInfo): void {
  response.attachment(key.slice(key.lastIndexOf("/") + 1));
  response.set({
    "Content-Type": "application/octet-stream",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    ETag: `"${etag.replaceAll('"', "")}"`,
    "Last-Modified": modifiedAt.toUTCString(),
  });
}

function presentObject({ key, size, modifiedAt, etag }: ObjectInfo): ObjectAnswer {
  return { key, size, modifiedAt: time(modifiedAt), etag };
}

function missing(bucket: string, key: string): NotFoundError {
  return new NotFoundError(`There is no "${key}" in ${bucket}.`);
}

const writeCursor = (after: string): string => Buffer.from(after).toString("base64url");

function readCursor(cursor: string): string {
  const after = Buffer.from(cursor, "base64url").toString();
  if (after !== "" && !after.includes("\0") && writeCursor(after) === cursor) return after;
  throw new BadRequestError(
    "This cursor is none of ours: take nextCursor of the page before, as it is.",
  );
}
