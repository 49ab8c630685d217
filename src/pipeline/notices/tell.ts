import type { Experiment } from "../../core/experiment.ts";
import type { ForgeCredential } from "../../core/forge.ts";
import type { OwedNotice } from "../../core/notice.ts";
import type { Ports } from "../../core/ports.ts";
import type { Told } from "../../core/told.ts";
import { toldBy } from "../../core/told.ts";
import { findProject } from "../find-project.ts";
import { commitStatus } from "./commit-status.ts";
import { slackRequest, webhookRequest } from "./message.ts";

type TellingPorts = Pick<Ports, "database" | "statuses" | "outward" | "publicUrl">;

/** Tells one destination how the experiment stands now. */
export async function tell(
  ports: TellingPorts,
  { id, event, access, address }: OwedNotice,
  experiment: Experiment,
  signal: AbortSignal,
): Promise<Told> {
  const { publicUrl } = ports;
  if (access.kind === "forge") return tellForge(ports, { ...access, address }, experiment, signal);
  if (event === "status") throw new Error(`notice ${id} is a status for a ${access.kind}`);
  const request =
    access.kind === "slack"
      ? slackRequest({ event }, experiment, { ...access, publicUrl })
      : webhookRequest({ id, event }, experiment, { ...access, publicUrl, now: new Date() });
  const { host } = new URL(access.url);
  return toldBy(await ports.outward.send(request, signal), host);
}

async function tellForge(
  ports: TellingPorts,
  { credential, address }: Pick<OwedNotice, "address"> & { readonly credential: ForgeCredential },
  experiment: Experiment,
  signal: AbortSignal,
): Promise<Told> {
  const { forge, repository } = await findProject(ports, experiment);
  const statuses = ports.statuses.get(forge);
  const { source } = experiment;
  if (statuses === undefined || repository === undefined || source.commit === undefined)
    return { kind: "refused", reason: "There is no forge that shows this commit." };
  // What a forge was given for itself goes to no other one.
  if (new URL(statuses.apiOf({ repository, credential })).origin !== address)
    return {
      kind: "refused",
      reason: "The repository is at another forge now: set its credential.",
    };
  const status = commitStatus(
    { ...experiment, source: { ...source, commit: source.commit } },
    ports.publicUrl,
  );
  return statuses.set({ repository, credential }, status, signal);
}
