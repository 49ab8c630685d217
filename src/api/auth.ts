import type { Request, RequestHandler } from "express";

import type { Principal } from "../core/access.ts";
import { ForbiddenError, UnauthorizedError } from "../core/errors.ts";
import type { Ports } from "../core/ports.ts";
import { hashOfToken } from "../pipeline/verbs/create-token.ts";
import { demandSameOrigin } from "./same-origin.ts";
import type { SessionCookies } from "./session-cookie.ts";

/** Lets nobody pass whom it does not know; mounted before every route that is not public. */
export function authenticate(
  ports: Pick<Ports, "database" | "publicUrl">,
  cookies: SessionCookies | undefined,
): RequestHandler {
  return async (request, _response, next) => {
    const token = bearerToken(request);
    const principal =
      token === undefined
        ? await principalOfCookie(ports, cookies, request)
        : await principalOfToken(ports, token);
    if (principal === undefined)
      throw new UnauthorizedError(
        "This needs a valid token: send Authorization: Bearer <token>, or sign in.",
      );
    principals.set(request, principal);
    next();
  };
}

/** Whose token it is; also the git remote's way to ask. */
export async function principalOfToken(
  ports: Pick<Ports, "database">,
  token: string,
): Promise<Principal | undefined> {
  const hash = hashOfToken(token);
  const user = await principalOfHash(ports, hash);
  if (user !== undefined) return user;
  const run = await ports.database.runs.findByTokenHash(hash);
  if (run === undefined) return undefined;
  const { id, experimentId, projectId } = run;
  return { kind: "run", runId: id, experimentId, projectId };
}

export function principalOf(request: Request): Principal {
  const principal = principals.get(request);
  if (principal === undefined) throw new Error("a public route asks who is calling");
  return principal;
}

/** The person who calls, for the record. */
export function userOf(request: Request): string {
  const principal = principalOf(request);
  if (principal.kind === "user") return principal.name;
  throw new ForbiddenError("The token of a run may not do this.");
}

export const refuseRuns: RequestHandler = (request, _response, next) => {
  userOf(request);
  next();
};

export const refuseAllButAdministrators: RequestHandler = (request, _response, next) => {
  const principal = principalOf(request);
  if (principal.kind !== "user" || !principal.administrator)
    throw new ForbiddenError("Only an administrator may do this.");
  next();
};

const principals = new WeakMap<Request, Principal>();

function bearerToken(request: Request): string | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined) return undefined;
  return /^Bearer +(\S{1,500}) *$/i.exec(authorization)?.[1] ?? "";
}

async function principalOfCookie(
  ports: Pick<Ports, "database" | "publicUrl">,
  cookies: SessionCookies | undefined,
  request: Request,
): Promise<Principal | undefined> {
  const hash = cookies?.read(request.headers.cookie);
  if (hash === undefined) return undefined;
  // A browser sends the cookie whoever wrote the page.
  demandSameOrigin(request, ports.publicUrl);
  return principalOfHash(ports, hash);
}

async function principalOfHash(
  ports: Pick<Ports, "database">,
  hash: string,
): Promise<Principal | undefined> {
  const found = await ports.database.tokens.find(hash);
  return found && { kind: "user", name: found.user, administrator: found.administrator };
}
