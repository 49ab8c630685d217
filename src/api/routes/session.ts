import type { CookieOptions } from "express";

import { SessionRequest } from "../../contract/operations.ts";
import { UnauthorizedError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";
import { hashOfToken } from "../../pipeline/verbs/create-token.ts";
import { principalOf, userOf } from "../auth.ts";
import type { Handlers } from "../handler.ts";
import { bodyOf } from "../input.ts";
import { COOKIE, LIFETIME_SECONDS, type SessionCookies } from "../session-cookie.ts";

export function sessionRoutes(
  ports: Pick<Ports, "database" | "publicUrl">,
  cookies: SessionCookies,
): Pick<Handlers, "signIn" | "whoAmI" | "signOut"> {
  const options = (): CookieOptions => ({
    httpOnly: true,
    sameSite: "strict",
    secure: ports.publicUrl.startsWith("https:"),
    path: "/",
  });
  return {
    async signIn(request, response) {
      const { token } = bodyOf(SessionRequest, request);
      const hash = hashOfToken(token);
      const found = await ports.database.tokens.find(hash);
      if (found === undefined) throw new UnauthorizedError("This token is not known here.");
      response.cookie(COOKIE, cookies.issue(hash), {
        ...options(),
        maxAge: LIFETIME_SECONDS * 1000,
      });
      response.json({ user: found.user, administrator: found.administrator });
    },

    whoAmI(request, response) {
      const principal = principalOf(request);
      const administrator = principal.kind === "user" && principal.administrator;
      response.json({ user: userOf(request), administrator });
    },

    signOut(_request, response) {
      response.clearCookie(COOKIE, options()).status(204).end();
    },
  };
}
