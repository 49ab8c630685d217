import express, { type RequestHandler } from "express";

import { HttpError } from "./errors.ts";

const media = ["application/json", "application/merge-patch+json"];

/** Reads a JSON body. Any other media type is refused: a form of another site could send it. */
export const jsonBody: readonly RequestHandler[] = [
  (request, _response, next) => {
    const hasBody =
      request.headers["transfer-encoding"] !== undefined ||
      Number(request.headers["content-length"] ?? 0) > 0;
    if (hasBody && request.is(media) === false)
      throw new HttpError(415, "Send the body as JSON, with Content-Type: application/json.");
    next();
  },
  express.json({ type: media, limit: "1mb", strict: false }),
];
