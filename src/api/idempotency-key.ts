import type { Request } from "express";

import { BadRequestError } from "../core/errors.ts";

/** The Idempotency-Key header: a repeat with the same key answers the first one's experiment. */
export function idempotencyKeyOf(request: Request): { idempotencyKey?: string } {
  const idempotencyKey = request.get("idempotency-key")?.trim();
  if (idempotencyKey === undefined) return {};
  if (!/^[\x21-\x7e]{1,255}$/.test(idempotencyKey))
    throw new BadRequestError("An Idempotency-Key has 1 to 255 visible ASCII characters.");
  return { idempotencyKey };
}
