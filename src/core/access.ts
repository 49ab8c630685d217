/** Who is asking: an administrator's token, or the token of one run. */
export type Principal =
  | { readonly kind: "user"; readonly name: string; readonly administrator: boolean }
  | {
      readonly kind: "run";
      readonly runId: string;
      readonly experimentId: string;
      readonly projectId: string;
    };

/** Tokens are kept as SHA-256 in hex; they are long and random, so no slow hash is needed. */
export interface TokenStore {
  /** Makes it valid; safe to repeat. */
  put(token: {
    readonly hash: string;
    readonly user: string;
    readonly administrator: boolean;
  }): Promise<void>;
  find(
    hash: string,
  ): Promise<{ readonly user: string; readonly administrator: boolean } | undefined>;
}
