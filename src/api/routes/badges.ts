import { BadgeQuery } from "../../contract/operations.ts";
import type { Experiment, ExperimentStatus } from "../../core/experiment.ts";
import { statusOf } from "../../core/lifecycle.ts";
import type { Ports } from "../../core/ports.ts";
import { type Badge, drawBadge, tagOf } from "../badge.ts";
import type { Handlers } from "../handler.ts";
import { parameter, queryOf } from "../input.ts";

/** For pages elsewhere, which know no token: how the newest experiment stands, and not a word more. */
export function badgeRoutes({ database }: Pick<Ports, "database">): Pick<Handlers, "getBadge"> {
  return {
    async getBadge(request, response) {
      const { branch } = queryOf(BadgeQuery, request);
      const slug = parameter(request, "project");
      const project = await database.projects.findBySlug(slug);
      const newest =
        project &&
        (await database.experiments.list({ projectId: project.id, branch }, { limit: 1 })).items[0];
      const svg = drawBadge(newest === undefined ? UNKNOWN : { label: slug, ...lookOf(newest) });
      response.set({
        "Cache-Control": "no-cache",
        // It is made to be shown elsewhere.
        "Cross-Origin-Resource-Policy": "cross-origin",
        ETag: tagOf(svg),
      });
      response.type("image/svg+xml").send(svg);
    },
  };
}

/** Also of a project that is not there: who has no token does not learn which ones are. */
const UNKNOWN: Badge = { label: "experiment", text: "unknown", color: "#5f6774" };

const lookOf = ({ step, stepStatus }: Experiment): Pick<Badge, "text" | "color"> =>
  LOOKS[statusOf(step, stepStatus)];

const LOOKS: Readonly<Record<ExperimentStatus, Pick<Badge, "text" | "color">>> = {
  Created: { text: "created", color: "#5f6774" },
  Processing: { text: "processing", color: "#855200" },
  Succeeded: { text: "succeeded", color: "#136c36" },
  Failed: { text: "failed", color: "#b3261e" },
  Cancelled: { text: "cancelled", color: "#6b4d7a" },
};
