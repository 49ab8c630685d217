import type { CommitStatus, CommitStatuses, ForgeTarget } from "../../core/forge.ts";
import type { Outward, OutwardAnswer } from "../../core/outward.ts";
import type { Told } from "../../core/told.ts";
import { type Advice, toldWithAdvice } from "../call-api.ts";
import { apiAddress, repositoryAddress } from "../repository-address.ts";
import { GitHubApi } from "./api.ts";

/** It has no word for what was cancelled; error says that no verdict was reached. */
const STATES = {
  pending: "pending",
  success: "success",
  failure: "failure",
  cancelled: "error",
} as const satisfies Record<CommitStatus["state"], string>;

const NO_COMMIT = "0".repeat(40);
const STATUSES = "POST /repos/{owner}/{repo}/statuses/{sha}";

const NEEDS =
  "a fine-grained token for the repository with the permission Commit statuses: read and write, or an app with it";

export class GitHubStatuses implements CommitStatuses {
  readonly #api: GitHubApi;

  constructor(outward: Pick<Outward, "send">) {
    this.#api = new GitHubApi(outward);
  }

  apiOf({ repository, credential }: ForgeTarget): string {
    return apiAddress(credential.api, repository, (host) =>
      host === "github.com" ? "https://api.github.com" : `https://${host}/api/v3`,
    );
  }

  /** A status of a commit that is nowhere: GitHub looks at the permission first, and then finds no commit. */
  async check(target: ForgeTarget, signal?: AbortSignal): Promise<Told> {
    const status = { state: "pending", context: "assay" };
    const answer = await this.#post(target, NO_COMMIT, status, signal);
    if (answer.kind === "answered" && answer.status === 422) return { kind: "told" };
    return this.#told(target, answer);
  }

  async set(target: ForgeTarget, status: CommitStatus, signal?: AbortSignal): Promise<Told> {
    const { commit, context, description, url } = status;
    const body = { state: STATES[status.state], context, description, target_url: url };
    return this.#told(target, await this.#post(target, commit, body, signal));
  }

  #post(
    target: ForgeTarget,
    sha: string,
    body: object,
    signal: AbortSignal | undefined,
  ): Promise<OutwardAnswer> {
    const [owner, repo] = repositoryAddress(target.repository).path.split("/").slice(-2);
    const parameters = { owner, repo, sha, ...body };
    return this.#api.call({ ...target, api: this.apiOf(target) }, STATUSES, parameters, signal);
  }

  #told(target: ForgeTarget, answer: OutwardAnswer): Told {
    const who = `GitHub at ${new URL(this.apiOf(target)).host}`;
    return toldWithAdvice(answer, who, adviceFor(target));
  }
}

const adviceFor = ({ repository, credential }: ForgeTarget): Advice => ({
  401:
    credential.kind === "app"
      ? "GitHub does not believe the app: its id and its private key do not belong together, or the server's clock is wrong."
      : `GitHub does not believe the token: it is wrong, was revoked or has expired. Make ${NEEDS}.`,
  403: `GitHub lets this credential set no commit statuses: make ${NEEDS}.`,
  404: `GitHub shows this credential no repository ${repositoryAddress(repository).path}, or lets it set no statuses there: make ${NEEDS}.`,
});
