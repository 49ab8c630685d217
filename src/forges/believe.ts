import { createHash, createHmac, timingSafeEqual } from "node:crypto";

import { UnauthorizedError } from "../core/errors.ts";

/** Demands that one of the secrets has signed these bytes: every one is asked, as a rotated one is still good for a day. */
export function requireSignature(
  body: Uint8Array,
  signature: string | undefined,
  secrets: readonly string[],
): void {
  if (signature === undefined)
    throw new UnauthorizedError(
      "The delivery is not signed: set the project's webhook secret in the webhook's settings.",
    );
  const given = /^[0-9a-f]{64}$/.test(signature) ? Buffer.from(signature, "hex") : undefined;
  const good = secrets.filter((secret) => {
    const own = createHmac("sha256", secret).update(body).digest();
    return secret !== "" && given !== undefined && timingSafeEqual(own, given);
  });
  if (good.length === 0)
    throw new UnauthorizedError(
      "The delivery's signature is wrong: its webhook has another secret than the project.",
    );
}

/** Demands that a delivery which is not signed brings one of the secrets itself. */
export function requireSecret(given: string | undefined, secrets: readonly string[]): void {
  if (given === undefined)
    throw new UnauthorizedError(
      "The delivery brings no secret: set the project's webhook secret as the webhook's secret token.",
    );
  // Of hashes, which have one length.
  const own = hash(given);
  const good = secrets.filter((secret) => secret !== "" && timingSafeEqual(hash(secret), own));
  if (good.length === 0)
    throw new UnauthorizedError(
      "The delivery's secret token is wrong: its webhook has another secret than the project.",
    );
}

const hash = (text: string): Buffer => createHash("sha256").update(text).digest();
