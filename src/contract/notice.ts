import { z } from "zod";

import { NOTICE_EVENTS, NOTICE_STATES } from "../core/notice.ts";
import { Text, Time } from "./json.ts";
import { pageOf } from "./page.ts";

/** Where a project's notices go; never its token, its secret or the whole of its URL. */
const Destination = z.object({
  id: z.uuid(),
  /** Scheme and host. */
  address: z.string(),
  createdBy: z.string().nullable(),
  createdAt: Time,
  /** Why it could not be told, the last time that this was tried; null where all is well. */
  trouble: z.string().nullable(),
  /** Nothing is sent to it before. */
  pausedUntil: Time.nullable(),
});

export const ForgeCredentialAnswer = Destination.omit({ id: true }).extend({
  /** It is kept, but the forge could not be asked whether it is good. */
  warning: z.string().optional(),
});
export type ForgeCredentialAnswer = z.infer<typeof ForgeCredentialAnswer>;

/** A token, or of GitHub the id and private key of an app that is installed there. */
export const SetForgeCredentialRequest = z.strictObject({
  token: Text.min(1).max(10_000).exactOptional(),
  /** Whose token it is, where the forge asks: of Bitbucket Cloud, for tokens of an account. */
  user: Text.min(1).max(200).exactOptional(),
  appId: z.coerce
    .string()
    .regex(/^[A-Za-z0-9.]{1,100}$/)
    .exactOptional(),
  /** PEM, as the forge gave it. */
  privateKey: Text.min(1).max(20_000).exactOptional(),
  /** Else GitHub is asked. */
  installationId: z.number().int().min(1).exactOptional(),
  /** Where the forge's API is, if its host does not tell: https://git.example.org/forge/api/v4 */
  api: Text.max(2000).exactOptional(),
});

const Events = z.array(z.enum(NOTICE_EVENTS));

export const DestinationAnswer = Destination.extend({
  kind: z.enum(["webhook", "slack"]),
  events: Events,
});
export type DestinationAnswer = z.infer<typeof DestinationAnswer>;

export const DestinationPage = pageOf(DestinationAnswer);

/** The only answer that holds the secret. */
export const AddedDestinationAnswer = DestinationAnswer.extend({
  /** What its messages are signed with; null for Slack, whose URL is the secret. */
  secret: z.string().nullable(),
});

export const AddDestinationRequest = z.strictObject({
  kind: z.enum(["webhook", "slack"]),
  url: Text.min(1).max(2000),
  events: Events.min(1).default(["finished", "approval"]),
});

export const NoticeAnswer = z.object({
  id: z.uuid(),
  destinationId: z.uuid(),
  kind: z.enum(["forge", "webhook", "slack"]),
  address: z.string(),
  experiment: z.object({ id: z.uuid(), number: z.number().int() }),
  event: z.enum(["status", "finished", "approval"]),
  state: z.enum(NOTICE_STATES),
  /** In vain, since it is owed. */
  tries: z.number().int(),
  /** Why it was not told, at the last try. */
  reason: z.string().nullable(),
  owedAt: Time,
  settledAt: Time.nullable(),
});
export type NoticeAnswer = z.infer<typeof NoticeAnswer>;

export const NoticePage = pageOf(NoticeAnswer);
