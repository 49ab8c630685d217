import { createHmac, timingSafeEqual } from "node:crypto";

export const COOKIE = "assay_session";
export const LIFETIME_SECONDS = 7 * 24 * 3600;

/** `<token's hash>.<expiry>.<signature>`: nothing is kept, and a token that is gone ends its sessions. */
export class SessionCookies {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  issue(tokenHash: string, now = Date.now()): string {
    const content = `${tokenHash}.${Math.floor(now / 1000) + LIFETIME_SECONDS}`;
    return `${content}.${this.#sign(content)}`;
  }

  /** The token's hash; undefined for what we did not sign, or no longer stand by. */
  read(cookieHeader: string | undefined, now = Date.now()): string | undefined {
    const value = cookieHeader
      ?.split(";")
      .map((pair) => pair.trim())
      .find((pair) => pair.startsWith(`${COOKIE}=`))
      ?.slice(COOKIE.length + 1);
    const [hash, expiry, signature, ...rest] = value?.split(".") ?? [];
    if (hash === undefined || expiry === undefined || signature === undefined || rest.length > 0)
      return undefined;
    if (!isSame(signature, this.#sign(`${hash}.${expiry}`))) return undefined;
    return Number(expiry) * 1000 > now ? hash : undefined;
  }

  #sign(content: string): string {
    return createHmac("sha256", this.#key).update(`session.${content}`).digest("base64url");
  }
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
