export interface OutwardRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

/** How a request to the outside came out; that it went wrong is an answer like another. */
export type OutwardAnswer =
  | {
      readonly kind: "answered";
      readonly status: number;
      /** By lower-case name. */
      readonly headers: Readonly<Record<string, string>>;
      /** Its beginning, where it is long. */
      readonly text: string;
    }
  /** Nobody answered, or not in time: it may have arrived all the same. */
  | { readonly kind: "silent"; readonly reason: string }
  /** Not sent: the address is one that Assay does not send to. */
  | { readonly kind: "forbidden"; readonly reason: string };

/** HTTP to addresses that people gave: a forge's API, a webhook of theirs. Follows no redirect, and never throws. */
export interface Outward {
  send(request: OutwardRequest, signal?: AbortSignal): Promise<OutwardAnswer>;
  /** Why nothing is sent there, as a sentence; undefined where it is. Names are only looked up when something is sent. */
  refuse(url: string): string | undefined;
  /** Whether one more may begin: those that hang leave the server room for other work. */
  hasRoom(): boolean;
}
