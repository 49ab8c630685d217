import type { IncomingMessage, ServerResponse } from "node:http";

import type { Registry } from "prom-client";

/** What the API is given beside the ports. */
export interface ApiOptions {
  /** Answers everything below /git; it authenticates by itself, as git asks for a password. */
  readonly gitRemote: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly metrics: Pick<Registry, "contentType" | "metrics">;
  /** Signs session cookies. */
  readonly sessionKey: Uint8Array;
  readonly manifestSchema: object;
  readonly version: string;
  /** Where the built dashboard lies. */
  readonly dashboardFolder: string;
  /** Aborts when the server stops: open streams end. */
  readonly stopping: AbortSignal;
}
