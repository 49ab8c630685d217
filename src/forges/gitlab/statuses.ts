import { z } from "zod";

import type { CommitStatus, CommitStatuses, ForgeTarget } from "../../core/forge.ts";
import type { Outward } from "../../core/outward.ts";
import type { Told } from "../../core/told.ts";
import { type Advice, callApi, jsonOf, toldWithAdvice } from "../call-api.ts";
import { apiAddress, repositoryAddress } from "../repository-address.ts";
import { tokenOf } from "../token-of.ts";

const STATES = {
  pending: "running",
  success: "success",
  failure: "failed",
  cancelled: "canceled",
} as const satisfies Record<CommitStatus["state"], string>;

/** Developer: below it statuses cannot be set. */
const LEAST_LEVEL = 30;

const NEEDS = "a project access token with the role Developer and the scope api";

const access = z.object({ access_level: z.number() }).nullish();
const project = z.object({
  permissions: z.object({ project_access: access, group_access: access }).nullish(),
});
const self = z.object({ scopes: z.array(z.string()) });

export class GitLabStatuses implements CommitStatuses {
  readonly #outward: Pick<Outward, "send">;

  constructor(outward: Pick<Outward, "send">) {
    this.#outward = outward;
  }

  apiOf({ repository, credential }: ForgeTarget): string {
    tokenOf(credential, "GitLab");
    return apiAddress(credential.api, repository, (host) => `https://${host}/api/v4`);
  }

  async check(target: ForgeTarget, signal?: AbortSignal): Promise<Told> {
    const found = await this.#get(target, projectPath(target), signal);
    const told = toldWithAdvice(found, whoIs(this.apiOf(target)), adviceFor(target));
    if (told.kind !== "told") return told;
    const { permissions } = project.safeParse(jsonOf(found)).data ?? {};
    const levels = [permissions?.project_access, permissions?.group_access].map(
      (each) => each?.access_level ?? 0,
    );
    if (permissions !== undefined && permissions !== null && Math.max(...levels) < LEAST_LEVEL)
      return refused(`The token's role is too low to set commit statuses: make ${NEEDS}.`);
    const scopes = self.safeParse(
      jsonOf(await this.#get(target, "/personal_access_tokens/self", signal)),
    ).data?.scopes;
    if (scopes !== undefined && !scopes.includes("api"))
      return refused(`The token has the scopes ${scopes.join(", ")}: make ${NEEDS}.`);
    return told;
  }

  async set(target: ForgeTarget, status: CommitStatus, signal?: AbortSignal): Promise<Told> {
    const api = this.apiOf(target);
    const answer = await callApi(
      this.#outward,
      {
        method: "POST",
        url: `${api}${projectPath(target)}/statuses/${status.commit}`,
        headers: authorization(target),
        json: {
          state: STATES[status.state],
          name: status.context,
          target_url: status.url,
          description: status.description,
          ...(status.branch !== undefined && { ref: status.branch }),
        },
      },
      signal,
    );
    // Running once more is no transition there: it stands as it should.
    if (
      answer.kind === "answered" &&
      answer.status === 400 &&
      /cannot transition/i.test(answer.text)
    )
      return { kind: "told" };
    return toldWithAdvice(answer, whoIs(api), adviceFor(target));
  }

  #get(target: ForgeTarget, path: string, signal: AbortSignal | undefined) {
    const url = `${this.apiOf(target)}${path}`;
    return callApi(this.#outward, { method: "GET", url, headers: authorization(target) }, signal);
  }
}

const projectPath = ({ repository }: ForgeTarget): string =>
  `/projects/${encodeURIComponent(repositoryAddress(repository).path)}`;

const authorization = ({ credential }: ForgeTarget): Readonly<Record<string, string>> => ({
  "private-token": tokenOf(credential, "GitLab").token,
});

const whoIs = (api: string): string => `GitLab at ${new URL(api).host}`;

const adviceFor = ({ repository }: ForgeTarget): Advice => ({
  401: `GitLab does not believe the token: it is wrong, was revoked or has expired. Make ${NEEDS}.`,
  403: `The token may not set commit statuses: make ${NEEDS}.`,
  404: `GitLab shows this token no project ${repositoryAddress(repository).path}, or no such commit in it: make ${NEEDS}.`,
});

const refused = (reason: string): Told => ({ kind: "refused", reason });
