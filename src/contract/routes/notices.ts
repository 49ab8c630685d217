import {
  AddDestinationRequest,
  AddedDestinationAnswer,
  DestinationPage,
  ForgeCredentialAnswer,
  NoticePage,
  SetForgeCredentialRequest,
} from "../notice.ts";
import { PageQuery } from "../page.ts";
import { get, post, put, remove } from "../route.ts";

const one = "/api/v1/projects/:project";
const credential = `${one}/forge-credential`;
const destinations = `${one}/destinations`;

/** What a project tells the outside. */
export const NOTICE_ROUTES = {
  getForgeCredential: get(
    credential,
    "Whether the forge is told how commits stand, and its answer",
    {
      answers: { 200: ForgeCredentialAnswer },
    },
  ),
  setForgeCredential: put(
    credential,
    "The token or app that sets commit statuses; the forge is asked whether it may",
    {
      access: "administrator",
      body: SetForgeCredentialRequest,
      answers: { 200: ForgeCredentialAnswer },
    },
  ),
  removeForgeCredential: remove(credential, "Set no commit statuses any more", {
    access: "administrator",
    answers: { 204: null },
  }),

  listDestinations: get(destinations, "Whom the project tells of endings and approvals", {
    query: PageQuery,
    answers: { 200: DestinationPage },
  }),
  addDestination: post(
    destinations,
    "A webhook, whose signing secret is told this once, or a Slack address",
    {
      access: "administrator",
      body: AddDestinationRequest,
      answers: { 201: AddedDestinationAnswer },
    },
  ),
  removeDestination: remove(`${destinations}/:destination`, "Tell it nothing more", {
    access: "administrator",
    answers: { 204: null },
  }),
  listNotices: get(`${one}/notices`, "What was told to whom and what is owed, newest first", {
    query: PageQuery,
    answers: { 200: NoticePage },
  }),
} as const;
