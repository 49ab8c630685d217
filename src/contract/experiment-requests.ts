import { z } from "zod";

import { readCondition } from "../core/experiment-condition.ts";
import {
  EXPERIMENT_ORDERS,
  type ExperimentOrder,
  isMetricOrder,
} from "../core/experiment-store.ts";
import { EXPERIMENT_STATUSES, STEPS } from "../core/experiment.ts";
import { Duration } from "./duration.ts";
import { Json, JsonObject, Text } from "./json.ts";
import { PageQuery, several } from "./page.ts";

const When = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const Name = Text.trim().min(1).max(200);
const Description = Text.max(10_000);
const Tags = z.array(Text.trim().min(1).max(100)).max(50);
const Priority = z.number().int().min(1).max(99);
const Environment = z.record(Text, Text);
const Parameters = z.record(Text, Json);

const Sort = Text.max(250).transform((text, context): ExperimentOrder => {
  const known = EXPERIMENT_ORDERS.find((each) => each === text);
  if (known !== undefined) return known;
  if (isMetricOrder(text)) return text;
  context.addIssue({ code: "invalid_value", values: [...EXPERIMENT_ORDERS], input: text });
  return z.NEVER;
});

const Where = Text.max(500).transform((text, context) => {
  const condition = readCondition(text);
  if (typeof condition !== "string") return condition;
  context.addIssue({ code: "custom", message: condition, input: text });
  return z.NEVER;
});

export { EXPERIMENT_ORDERS };

export const ExperimentQuery = PageQuery.extend({
  /** Slug or id. */
  project: Text.optional(),
  engine: Text.optional(),
  status: several(z.enum(EXPERIMENT_STATUSES)).optional(),
  step: z.enum(STEPS).optional(),
  branch: Text.optional(),
  /** Part of the author's name or e-mail address. */
  author: Text.optional(),
  /** All of them. */
  tag: several(Text).optional(),
  /** Words of name, message, branch, commit. */
  q: Text.max(500).optional(),
  archived: z.enum(["false", "true", "all"]).optional(),
  createdAfter: When.optional(),
  createdBefore: When.optional(),
  /** A reference to the experiment that was resubmitted. */
  parent: Text.optional(),
  /** As long as a name makes it. */
  cursor: z.string().max(2_000).optional(),
  /** `metric.accuracy>=0.9`, `param.lr=0.01`: all of them. */
  where: several(Where).optional(),
  /** Newest first, where none is named; also `metric.<name>` or `-metric.<name>`. By another value: filter. */
  sort: Sort.optional(),
});
export type ExperimentQuery = z.infer<typeof ExperimentQuery>;

/** Neither a commit nor a branch is the head of main. */
export const SubmitRequest = z.strictObject({
  /** Slug or id. */
  project: Text.min(1),
  commit: z
    .string()
    .regex(/^[0-9a-f]{40}$/i, "Write the commit in full: 40 hexadecimal digits.")
    .toLowerCase()
    .exactOptional(),
  branch: Text.min(1).max(255).exactOptional(),
  /** As in `exp[<manifest>]`; without one, or as manifest.yaml, the one in the root. */
  manifest: Text.min(1).max(500).exactOptional(),
  /** Instead of the commit's. */
  message: Text.max(65_536).exactOptional(),
  name: Name.exactOptional(),
  description: Description.exactOptional(),
  engine: Text.exactOptional(),
  params: Parameters.exactOptional(),
  env: Environment.exactOptional(),
  tags: Tags.exactOptional(),
  priority: Priority.exactOptional(),
  timeout: Duration.exactOptional(),
  freshBuild: z.boolean().exactOptional(),
});

export const EditRequest = z.strictObject({
  name: Name.exactOptional(),
  description: Description.exactOptional(),
  tags: Tags.exactOptional(),
});

export const CancelRequest = z.strictObject({
  /** Skips the grace period. */
  kill: z.boolean().default(false),
});

export const ResubmitRequest = z.strictObject({
  freshBuild: z.boolean().exactOptional(),
  /** What the new experiment has instead of the original's. */
  overrides: z
    .strictObject({
      params: Parameters.exactOptional(),
      env: Environment.exactOptional(),
      command: Text.min(1).exactOptional(),
      resources: Parameters.exactOptional(),
      engine: Text.exactOptional(),
      timeout: Duration.exactOptional(),
      priority: Priority.exactOptional(),
      name: Name.exactOptional(),
      tags: Tags.exactOptional(),
    })
    .exactOptional(),
});
export type ResubmitRequest = z.infer<typeof ResubmitRequest>;
/** As it is sent: times are still written. */
export type ResubmitBody = z.input<typeof ResubmitRequest>;

/** All of the fields (PUT), or a JSON merge-patch of them (PATCH). */
export const FieldsRequest = JsonObject;
