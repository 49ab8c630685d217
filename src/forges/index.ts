import type { CommitStatuses, WebhookReceiver } from "../core/forge.ts";
import type { Outward } from "../core/outward.ts";
import type { ForgeKind } from "../core/project.ts";
import { BitbucketReceiver } from "./bitbucket/receiver.ts";
import { BitbucketStatuses } from "./bitbucket/statuses.ts";
import { GiteaReceiver } from "./gitea/receiver.ts";
import { GiteaStatuses } from "./gitea/statuses.ts";
import { GitHubReceiver } from "./github/receiver.ts";
import { GitHubStatuses } from "./github/statuses.ts";
import { GitLabReceiver } from "./gitlab/receiver.ts";
import { GitLabStatuses } from "./gitlab/statuses.ts";

/** The table of forges. */
export function createForges(outward: Pick<Outward, "send">): {
  readonly receivers: ReadonlyMap<ForgeKind, WebhookReceiver>;
  readonly statuses: ReadonlyMap<ForgeKind, CommitStatuses>;
} {
  return {
    receivers: new Map<ForgeKind, WebhookReceiver>([
      ["github", new GitHubReceiver()],
      ["gitlab", new GitLabReceiver()],
      ["gitea", new GiteaReceiver()],
      ["bitbucket", new BitbucketReceiver()],
    ]),
    statuses: new Map<ForgeKind, CommitStatuses>([
      ["github", new GitHubStatuses(outward)],
      ["gitlab", new GitLabStatuses(outward)],
      ["gitea", new GiteaStatuses(outward)],
      ["bitbucket", new BitbucketStatuses(outward)],
    ]),
  };
}
