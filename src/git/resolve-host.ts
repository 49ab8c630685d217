import { lookup } from "node:dns/promises";

import { SourceUnavailableError } from "../core/errors.ts";
import type { CloneUrl } from "./clone-url.ts";
import type { GitSettings } from "./git-environment.ts";
import { innerAddress } from "./inner-address.ts";

/**
 * Refuses a host whose addresses are inner ones, and pins https to what was looked at, so that a second answer of the
 * DNS changes nothing. SSH needs no pin: its host key is known or the fetch fails.
 */
export async function resolveHost(
  settings: GitSettings,
  { protocol, host, port }: CloneUrl,
  options: { readonly privateToo: boolean },
): Promise<Readonly<Record<string, string>>> {
  if (protocol === "file" || usesProxy(settings)) return {};
  const addresses = await lookup(host, { all: true }).catch((cause: unknown) => {
    throw new SourceUnavailableError(`The host ${host} cannot be found by its name now.`, {
      cause,
    });
  });
  for (const { address } of addresses) {
    const reason = innerAddress(address, options);
    if (reason !== undefined)
      throw new SourceUnavailableError(`${host} cannot be fetched from: ${reason}`);
  }
  if (protocol === "ssh" || addresses.length === 0) return {};
  const pinned = addresses.map(({ address, family }) => (family === 6 ? `[${address}]` : address));
  return { "http.curloptResolve": `${host}:${port ?? 443}:${pinned.join(",")}` };
}

/** Behind a proxy it is the proxy that resolves, and that decides what may be reached. */
function usesProxy({ environment = {} }: GitSettings): boolean {
  return ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"].some(
    (name) => (environment[name] ?? "") !== "",
  );
}
