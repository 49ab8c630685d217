import { z } from "zod";

import type { CommitStatus, CommitStatuses, ForgeTarget } from "../../core/forge.ts";
import type { Outward } from "../../core/outward.ts";
import type { Told } from "../../core/told.ts";
import { type Advice, callApi, jsonOf, toldWithAdvice } from "../call-api.ts";
import { apiAddress, repositoryAddress } from "../repository-address.ts";
import { tokenOf } from "../token-of.ts";

/** It has no word for what was cancelled; error says that no verdict was reached. */
const STATES = {
  pending: "pending",
  success: "success",
  failure: "failure",
  cancelled: "error",
} as const satisfies Record<CommitStatus["state"], string>;

const NEEDS =
  "a token with the permission repository: read and write, of a user who may write there";

const repositoryAnswer = z.object({ permissions: z.object({ push: z.boolean() }) });

/** Gitea and Forgejo. */
export class GiteaStatuses implements CommitStatuses {
  readonly #outward: Pick<Outward, "send">;

  constructor(outward: Pick<Outward, "send">) {
    this.#outward = outward;
  }

  apiOf({ repository, credential }: ForgeTarget): string {
    tokenOf(credential, "Gitea");
    return apiAddress(credential.api, repository, (host) => `https://${host}/api/v1`);
  }

  async check(target: ForgeTarget, signal?: AbortSignal): Promise<Told> {
    const api = this.apiOf(target);
    const url = `${api}${repositoryPath(target)}`;
    const call = { method: "GET", url, headers: authorization(target) } as const;
    const answer = await callApi(this.#outward, call, signal);
    const told = toldWithAdvice(answer, whoIs(api), adviceFor(target));
    const found = repositoryAnswer.safeParse(jsonOf(answer)).data;
    if (told.kind === "told" && found?.permissions.push === false)
      return { kind: "refused", reason: `The token's user may not write there: make ${NEEDS}.` };
    return told;
  }

  async set(target: ForgeTarget, status: CommitStatus, signal?: AbortSignal): Promise<Told> {
    const api = this.apiOf(target);
    const answer = await callApi(
      this.#outward,
      {
        method: "POST",
        url: `${api}${repositoryPath(target)}/statuses/${status.commit}`,
        headers: authorization(target),
        json: {
          state: STATES[status.state],
          context: status.context,
          target_url: status.url,
          description: status.description,
        },
      },
      signal,
    );
    return toldWithAdvice(answer, whoIs(api), adviceFor(target));
  }
}

const repositoryPath = ({ repository }: ForgeTarget): string =>
  `/repos/${repositoryAddress(repository).path.split("/").map(encodeURIComponent).join("/")}`;

const authorization = ({ credential }: ForgeTarget): Readonly<Record<string, string>> => ({
  authorization: `token ${tokenOf(credential, "Gitea").token}`,
});

const whoIs = (api: string): string => `Gitea at ${new URL(api).host}`;

const adviceFor = ({ repository }: ForgeTarget): Advice => ({
  401: `Gitea does not believe the token: it is wrong or was removed. Make ${NEEDS}.`,
  403: `The token may not set commit statuses: make ${NEEDS}.`,
  404: `Gitea shows this token no repository ${repositoryAddress(repository).path}, or no such commit in it: make ${NEEDS}.`,
});
