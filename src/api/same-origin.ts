import type { Request } from "express";

import { ForbiddenError } from "../core/errors.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** A change that comes with a cookie must come from a page of ours: browsers name the page's origin. */
export function demandSameOrigin(request: Request, publicUrl: string): void {
  if (SAFE.has(request.method)) return;
  const { origin, host } = request.headers;
  const ours = [new URL(publicUrl).origin, `http://${host}`, `https://${host}`];
  if (origin !== undefined && ours.includes(origin)) return;
  throw new ForbiddenError(
    "This change was asked for by a page of another site. Open the dashboard, or send a token.",
  );
}
