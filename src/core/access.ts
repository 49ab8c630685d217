/** Who is asking: a person, or one run. */
export type Principal =
  | { readonly kind: "user"; readonly name: string; readonly administrator: boolean }
  | {
      readonly kind: "run";
      readonly runId: string;
      readonly experimentId: string;
      readonly projectId: string;
    };

/** A person who may sign in. Administrators may besides hold the queue and name users. */
export interface User {
  readonly name: string;
  readonly administrator: boolean;
  /** undefined: the server itself, for the token of its configuration. */
  readonly createdBy: string | undefined;
  readonly createdAt: Date;
}

export interface UserStore {
  /** By name. */
  list(): Promise<readonly User[]>;
  /** Throws ConflictError where there is one of that name. */
  create(user: Omit<User, "createdAt">): Promise<User>;
  /** With all tokens; false where there is none of that name. */
  remove(name: string): Promise<boolean>;
}

/** What shows who somebody is, as far as anybody may read it. */
export interface Token {
  readonly id: string;
  readonly user: string;
  /** What its owner calls it: where it is used. */
  readonly name: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  /** To the hour. */
  readonly lastUsedAt: Date | undefined;
}

/** Tokens are kept as SHA-256 in hex; they are long and random, so no slow hash is needed. */
export interface TokenStore {
  /** Makes it valid, and its user where there is none; safe to repeat. */
  put(token: {
    readonly hash: string;
    readonly user: string;
    readonly administrator: boolean;
    readonly name?: string;
  }): Promise<void>;
  /** Of a user who is there. */
  create(
    token: Pick<Token, "user" | "name" | "expiresAt"> & { readonly hash: string },
  ): Promise<Token>;
  /** Of one that has not expired, and notes that it was used. */
  find(
    hash: string,
  ): Promise<
    { readonly id: string; readonly user: string; readonly administrator: boolean } | undefined
  >;
  /** Newest first; also those that have expired. */
  list(user: string): Promise<readonly Token[]>;
  /** false where this user has none of that id. */
  remove(user: string, id: string): Promise<boolean>;
}

/** `admin`: who holds the token that the server is configured with. */
export const CONFIGURED_USER = "admin";

const USER_NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

/** Why nobody can have this name, as a sentence; undefined where somebody can. */
export function userNameFault(name: string): string | undefined {
  if (USER_NAME.test(name)) return undefined;
  return "A user's name has at most 64 letters, digits, and . _ @ -, and begins with a letter or a digit.";
}
