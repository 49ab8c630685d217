import { BadRequestError } from "../core/errors.ts";

/** What a delivery says, once it is believed. */
export function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw new BadRequestError(
      "The delivery is no JSON: set the webhook's content type to application/json.",
    );
  }
}

/** Of a payload, the fields that are used; `forge` is the name that people know it by. */
export function read<T>(
  parsed: { success: true; data: T } | { success: false },
  event: string,
  forge: string,
): T {
  if (parsed.success) return parsed.data;
  throw new BadRequestError(`The delivery is no ${event} event as ${forge} sends it.`);
}

/** What starts nothing is told so by name. */
export const ignoredEvent = (
  event: string,
): { readonly event: string; readonly reason: string } => {
  const name = event.slice(0, 60);
  return {
    event: name,
    reason: `Events of kind ${name} start nothing; only pushes do. Select just the push event in the webhook's settings.`,
  };
};
