import type { Request, Response } from "express";

import { FieldsRequest } from "../../contract/experiment-requests.ts";
import { ForbiddenError, PreconditionFailedError } from "../../core/errors.ts";
import type { Experiment } from "../../core/experiment.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Ports } from "../../core/ports.ts";
import { setFields } from "../../pipeline/verbs/set-fields.ts";
import { principalOf } from "../auth.ts";
import { experimentOf, findExperiment } from "../find.ts";
import type { Handlers } from "../handler.ts";
import { bodyOf, parameter } from "../input.ts";
import { mergePatch } from "../merge-patch.ts";

/** The calls that the token of a run may use as well, for its own experiment. */
export function fieldRoutes(
  ports: Ports,
): Pick<Handlers, "getFields" | "replaceFields" | "mergeFields"> {
  return {
    async getFields(request, response) {
      const { fields, fieldsVersion } = await reachable(ports, request);
      send(response, fields, fieldsVersion);
    },

    async replaceFields(request, response) {
      const fields = bodyOf(FieldsRequest, request);
      const experiment = await reachable(ports, request);
      const expected = expectedVersion(request, experiment);
      const written = await setFields(ports, experiment, fields, expected);
      send(response, written.fields, written.version);
    },

    async mergeFields(request, response) {
      const patch = bodyOf(FieldsRequest, request);
      const experiment = await reachable(ports, request);
      const written = await merge(ports, experiment, patch, expectedVersion(request, experiment));
      send(response, written.fields, written.version);
    },
  };
}

/** Without an If-Match, a patch is tried again on what somebody else wrote meanwhile: neither is lost. */
async function merge(
  ports: Ports,
  experiment: Experiment,
  patch: JsonObject,
  expected: number | undefined,
) {
  for (let tries = 0, current = experiment; ; tries += 1) {
    try {
      const merged = mergePatch(current.fields, patch);
      return await setFields(ports, current, merged, expected ?? current.fieldsVersion);
    } catch (error) {
      const again = error instanceof PreconditionFailedError && expected === undefined;
      if (!again || tries === 20) throw error;
      current = await findExperiment(ports, experiment.id);
    }
  }
}

function send(response: Response, fields: JsonObject, version: number): void {
  response.set("ETag", `"${version}"`).json(fields);
}

/** The version that If-Match names; undefined where any will do. */
function expectedVersion(request: Request, { fieldsVersion }: Experiment): number | undefined {
  const header = request.get("if-match")?.trim();
  if (header === undefined || header === "*") return undefined;
  const versions = header.split(",").map((tag) => /^(?:W\/)?"(\d+)"$/.exec(tag.trim())?.[1]);
  if (versions.includes(String(fieldsVersion))) return fieldsVersion;
  throw new PreconditionFailedError(
    `The fields have changed since you read them: their ETag is "${fieldsVersion}" now. Read them again.`,
  );
}

async function reachable(ports: Pick<Ports, "database">, request: Request): Promise<Experiment> {
  const principal = principalOf(request);
  if (principal.kind === "user") return experimentOf(ports, request);
  // Compared with its own alone, so that a run learns nothing of other experiments.
  const own = await findExperiment(ports, principal.experimentId);
  if (isNameOf(parameter(request, "id").toLowerCase(), own)) return own;
  throw new ForbiddenError("The token of a run reaches the fields of its own experiment alone.");
}

function isNameOf(reference: string, { id, projectSlug, number }: Experiment): boolean {
  if (reference.length >= 6 && id.startsWith(reference)) return true;
  return reference === `${projectSlug}#${number}`;
}
