import { createHash } from "node:crypto";

import type { CommitStatus, CommitStatuses, ForgeTarget } from "../../core/forge.ts";
import type { Outward } from "../../core/outward.ts";
import type { Told } from "../../core/told.ts";
import { type Advice, callApi, toldWithAdvice } from "../call-api.ts";
import { apiAddress, repositoryAddress } from "../repository-address.ts";
import { tokenOf } from "../token-of.ts";

/** Data Center has no word for what was cancelled before 8; FAILED with the reason in words is known to all. */
const STATES = {
  cloud: { pending: "INPROGRESS", success: "SUCCESSFUL", failure: "FAILED", cancelled: "STOPPED" },
  server: { pending: "INPROGRESS", success: "SUCCESSFUL", failure: "FAILED", cancelled: "FAILED" },
} as const satisfies Record<string, Record<CommitStatus["state"], string>>;

const LONGEST_KEY = 40;

const CLOUD_API = "https://api.bitbucket.org/2.0";

const NEEDS =
  "a repository access token with the scope repository: write (Cloud), or an HTTP access token with the permission repository read (Data Center)";

/** Bitbucket Cloud, and Data Center where the API is not that of Cloud. */
export class BitbucketStatuses implements CommitStatuses {
  readonly #outward: Pick<Outward, "send">;

  constructor(outward: Pick<Outward, "send">) {
    this.#outward = outward;
  }

  apiOf({ repository, credential }: ForgeTarget): string {
    tokenOf(credential, "Bitbucket");
    return apiAddress(credential.api, repository, (host) =>
      host === "bitbucket.org" ? CLOUD_API : `https://${host}`,
    );
  }

  async check(target: ForgeTarget, signal?: AbortSignal): Promise<Told> {
    const api = this.apiOf(target);
    const { path } = repositoryAddress(target.repository);
    const [owner = "", name = ""] = path.split("/").slice(-2).map(encodeURIComponent);
    const url = isCloud(api)
      ? `${api}/repositories/${owner}/${name}`
      : `${api}/rest/api/1.0/projects/${owner}/repos/${name}`;
    const call = { method: "GET", url, headers: authorization(target) } as const;
    const answer = await callApi(this.#outward, call, signal);
    return toldWithAdvice(answer, whoIs(api), adviceFor(target));
  }

  async set(target: ForgeTarget, status: CommitStatus, signal?: AbortSignal): Promise<Told> {
    const api = this.apiOf(target);
    const { path } = repositoryAddress(target.repository);
    const [owner = "", name = ""] = path.split("/").slice(-2).map(encodeURIComponent);
    const url = isCloud(api)
      ? `${api}/repositories/${owner}/${name}/commit/${status.commit}/statuses/build`
      : `${api}/rest/build-status/1.0/commits/${status.commit}`;
    const json = {
      key: keyOf(status.context),
      name: status.context,
      state: STATES[isCloud(api) ? "cloud" : "server"][status.state],
      description: status.description,
      url: status.url,
    };
    const call = { method: "POST", url, headers: authorization(target), json } as const;
    const answer = await callApi(this.#outward, call, signal);
    return toldWithAdvice(answer, whoIs(api), adviceFor(target));
  }
}

const isCloud = (api: string): boolean => api.endsWith("/2.0");

/** Cloud takes so many characters. */
const keyOf = (context: string): string =>
  context.length <= LONGEST_KEY
    ? context
    : createHash("sha256").update(context).digest("hex").slice(0, LONGEST_KEY);

/** A token of a person's account is sent with the account's name; one of a repository stands alone. */
function authorization({ credential }: ForgeTarget): Readonly<Record<string, string>> {
  const { token, user } = tokenOf(credential, "Bitbucket");
  const basic = `Basic ${Buffer.from(`${user ?? ""}:${token}`).toString("base64")}`;
  return { authorization: user === undefined ? `Bearer ${token}` : basic };
}

const whoIs = (api: string): string => `Bitbucket at ${new URL(api).host}`;

const adviceFor = ({ repository }: ForgeTarget): Advice => ({
  401: `Bitbucket does not believe the token: it is wrong, was revoked or has expired. Make ${NEEDS}.`,
  403: `The token may not set build statuses: make ${NEEDS}.`,
  404: `Bitbucket shows this token no repository ${repositoryAddress(repository).path}, or no such commit in it: make ${NEEDS}.`,
});
