import { type User, userNameFault } from "../../core/access.ts";
import { InvalidError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";
import { createToken } from "./create-token.ts";

/** A user with a first token, by which they sign in and make others. */
export async function createUser(
  { database }: Pick<Ports, "database">,
  user: Omit<User, "createdAt">,
): Promise<User & { readonly token: string }> {
  const fault = userNameFault(user.name);
  if (fault !== undefined) throw new InvalidError(fault, [{ path: "name", message: fault }]);
  return database.transaction(async ({ users, tokens }) => {
    const made = await users.create(user);
    const first = { user: user.name, name: "the first one", expiresIn: undefined };
    return { ...made, token: (await createToken({ tokens }, first)).token };
  });
}
