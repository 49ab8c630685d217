import type { Commit } from "./repository.ts";
import type { Told } from "./told.ts";

/** One ref that moved. */
export interface Push {
  /** In full: refs/heads/main. */
  readonly ref: string;
  /** 40 hex digits; 40 zeros for a ref that is new. */
  readonly before: string;
  /** 40 zeros for a ref that was deleted. */
  readonly after: string;
  readonly forced: boolean;
  /** What the payload tells of its commits, oldest first; empty where it tells nothing. */
  readonly commits: readonly Commit[];
  /** Whether `commits` is the whole list. */
  readonly complete: boolean;
  /** RFC 3339, where the forge says when. */
  readonly pushedAt: string | undefined;
  readonly pusher: string | undefined;
  /** The forge's id of the repository. */
  readonly repositoryId: string | undefined;
}

export interface WebhookRequest {
  /** Lower-case name; undefined where it is missing. */
  readonly header: (name: string) => string | undefined;
  /** As received, before any decoding. */
  readonly body: Uint8Array;
  /** Any of them may have signed it. */
  readonly secrets: readonly string[];
}

export type ReceivedWebhook = {
  readonly event: string;
  readonly deliveryId: string | undefined;
} & (
  | { readonly kind: "push"; readonly pushes: readonly Push[] }
  | { readonly kind: "ping"; readonly repositoryId: string | undefined }
  | { readonly kind: "ignored"; readonly reason: string }
);

/** Judges a delivery of one kind of forge. */
export interface WebhookReceiver {
  /** Throws UnauthorizedError on a bad or missing signature, BadRequestError for what it cannot read. */
  parse(request: WebhookRequest): Promise<ReceivedWebhook>;
}

/** How a commit stands, in words that each forge has its own for. */
export interface CommitStatus {
  /** 40 hex digits. */
  readonly commit: string;
  readonly branch: string | undefined;
  /** One line of its own at the commit; the newest of a context counts. */
  readonly context: string;
  readonly state: "pending" | "success" | "failure" | "cancelled";
  /** One line, 140 characters at most. */
  readonly description: string;
  readonly url: string;
}

/** What a forge believes. `api` is the address of its API, where the repository's does not tell it. */
export type ForgeCredential = { readonly api?: string | undefined } & (
  | { readonly kind: "token"; readonly token: string; readonly user?: string | undefined }
  | {
      readonly kind: "app";
      readonly appId: string;
      /** PEM. */
      readonly privateKey: string;
      readonly installationId?: number | undefined;
    }
);

export interface ForgeTarget {
  /** The clone URL. */
  readonly repository: string;
  readonly credential: ForgeCredential;
}

/** Tells a forge how the experiment of a commit stands. Never throws for what the forge says or does not say. */
export interface CommitStatuses {
  /** Where the API is; throws InvalidError where that cannot be known, or the credential is none for this forge. */
  apiOf(target: ForgeTarget): string;
  /** Asks for what setting a status needs, and sets none. */
  check(target: ForgeTarget, signal?: AbortSignal): Promise<Told>;
  /** Safe to repeat. */
  set(target: ForgeTarget, status: CommitStatus, signal?: AbortSignal): Promise<Told>;
}
