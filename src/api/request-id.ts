import { randomUUID } from "node:crypto";

import type { RequestHandler, Response } from "express";

const HEADER = "X-Request-Id";

/** What a proxy calls the request is kept where it is a plain word: it goes into the log and into labels. */
const PLAIN = /^[A-Za-z0-9._-]{1,64}$/;

/** Every answer tells by which id the server's log has the request. */
export const tellRequestId: RequestHandler = (request, response, next) => {
  const given = request.get(HEADER);
  response.set(HEADER, given !== undefined && PLAIN.test(given) ? given : randomUUID());
  next();
};

export const requestIdOf = (response: Response): string | undefined => response.get(HEADER);
