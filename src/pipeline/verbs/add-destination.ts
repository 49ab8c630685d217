import { randomBytes } from "node:crypto";

import { InvalidError } from "../../core/errors.ts";
import type { Destination, NoticeEvent } from "../../core/notice.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";

/** Somebody outside who hears of endings and approvals from now on. */
export async function addDestination(
  { database, outward }: Pick<Ports, "database" | "outward">,
  { id: projectId }: Project,
  asked: {
    readonly kind: "webhook" | "slack";
    readonly url: string;
    readonly events: readonly NoticeEvent[];
    readonly createdBy: string | undefined;
  },
): Promise<{ readonly destination: Destination; readonly secret: string | undefined }> {
  const { kind, url, events, createdBy } = asked;
  const fault = outward.refuse(url);
  if (fault !== undefined) throw new InvalidError(fault, [{ path: "url", message: fault }]);
  const secret = `whsec_${randomBytes(24).toString("base64")}`;
  const access = kind === "slack" ? { kind, url } : { kind, url, secret };
  const address = new URL(url).origin;
  const destination = await database.transaction(({ destinations }) =>
    destinations.put({ projectId, address, events: [...new Set(events)], access, createdBy }),
  );
  return { destination, secret: kind === "slack" ? undefined : secret };
}
