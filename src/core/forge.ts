import type { ExperimentStatus } from "./experiment.ts";
import type { Commit } from "./repository.ts";

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

/** Tells a forge how the experiment of a commit stands. Safe to repeat. */
export interface CommitStatuses {
  set(
    status: {
      readonly repository: string;
      readonly commit: string;
      readonly context: string;
      readonly status: ExperimentStatus;
      readonly description: string;
      readonly url: string;
    },
    signal?: AbortSignal,
  ): Promise<void>;
}
