import {
  CreatedTokenAnswer,
  CreatedUserAnswer,
  CreateTokenRequest,
  CreateUserRequest,
  TokenPage,
  UserPage,
} from "../access.ts";
import { PageQuery } from "../page.ts";
import { get, post, remove } from "../route.ts";

const tokens = "/api/v1/tokens";
const users = "/api/v1/users";

/** Who may call. */
export const ACCESS_ROUTES = {
  listTokens: get(tokens, "Your tokens: where they are used, and when they were last", {
    query: PageQuery,
    answers: { 200: TokenPage },
  }),
  createToken: post(tokens, "A further token of yours, shown this once", {
    body: CreateTokenRequest,
    answers: { 201: CreatedTokenAnswer },
  }),
  removeToken: remove(`${tokens}/:id`, "End one of your tokens, and the sessions begun with it", {
    answers: { 204: null },
  }),

  listUsers: get(users, "Who may sign in", {
    access: "administrator",
    query: PageQuery,
    answers: { 200: UserPage },
  }),
  createUser: post(users, "Let somebody in; answers their first token, this once", {
    access: "administrator",
    body: CreateUserRequest,
    answers: { 201: CreatedUserAnswer },
  }),
  removeUser: remove(`${users}/:name`, "End a user's tokens and sessions; what they did stays", {
    access: "administrator",
    answers: { 204: null },
  }),
};
