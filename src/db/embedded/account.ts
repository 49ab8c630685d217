import { execFile } from "node:child_process";
import { chown, readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";

/** Who runs PostgreSQL, which refuses to be root. */
export type Account =
  | { readonly kind: "ourselves" }
  /** root outside, nobody inside: files stay root's, so any folder of root's will do. */
  | { readonly kind: "namespace" }
  | User;

type User = {
  readonly kind: "user";
  readonly uid: number;
  readonly gid: number;
  /** Kept of root's, where the user's own permissions do not lead to the files. */
  readonly capability?: string;
};

const execute = promisify(execFile);
const namespace = ["--user", "--map-user=65534", "--map-group=65534", "--"];
/** Each opens closed folders on the way. The lesser one first; a container's root has only the other. */
const capabilities = ["dac_read_search", "dac_override"];
/** Without it access(), by which PostgreSQL looks for its own programs, answers as if there were no capability. */
const countedByAccess = "--securebits=+no_setuid_fixup";

/** A folder keeps the account that it was first used with: PostgreSQL insists on owning its files. */
export async function chooseAccount(folder: string): Promise<Account> {
  if (process.getuid?.() !== 0) return { kind: "ourselves" };
  const { uid, gid } = await stat(folder);
  if (uid !== 0) return { kind: "user", uid, gid };
  if (await succeeds(execute("unshare", [...namespace, "true"]))) return { kind: "namespace" };
  const user = (await findUser("postgres")) ?? (await findUser("nobody"));
  if (user !== undefined) return user;
  throw new Error(
    'PostgreSQL does not run as root, and there is neither a user namespace nor a user "postgres" or "nobody" to run it as. Start Assay as another user, or set DATABASE_URL.',
  );
}

/** The same command, as the account. */
export function runAs(account: Account, file: string, args: readonly string[]) {
  switch (account.kind) {
    case "ourselves":
      return { file, args, identity: {} };
    case "namespace":
      return { file: "unshare", args: [...namespace, file, ...args], identity: {} };
    case "user": {
      const { uid, gid, capability } = account;
      if (capability === undefined) return { file, args, identity: { uid, gid } };
      const user = [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"];
      const kept = [`--inh-caps=+${capability}`, `--ambient-caps=+${capability}`];
      return {
        file: "setpriv",
        args: [...user, ...kept, countedByAccess, "--", file, ...args],
        identity: {},
      };
    }
  }
}

/** Gives the folder to the account, and answers the account as it reaches both folder and program; else refuses. */
export async function handOver(folder: string, binary: string, account: Account): Promise<Account> {
  if (account.kind !== "user") return account;
  const able = await enable(account, [dirname(folder), dirname(binary)]);
  await give(folder, able);
  return able;
}

async function enable(user: User, needed: readonly string[]): Promise<User> {
  const unreachable = await findUnreachable(user, needed);
  if (unreachable === undefined) return user;
  for (const capability of capabilities) {
    const able = { ...user, capability };
    if ((await findUnreachable(able, needed)) === undefined) return able;
  }
  throw new Error(
    `PostgreSQL does not run as root, and the user it would run as (uid ${user.uid}) cannot reach ${unreachable}. Let others pass (chmod o+x) on the way there, start Assay as another user, or set DATABASE_URL.`,
  );
}

async function findUnreachable(user: User, folders: readonly string[]) {
  for (const folder of folders) {
    const { file, args, identity } = runAs(user, "/bin/sh", ["-c", 'cd "$1"', "sh", folder]);
    if (!(await succeeds(execute(file, [...args], identity)))) return folder;
  }
  return undefined;
}

export async function give(path: string, account: Account): Promise<void> {
  if (account.kind === "user") await chown(path, account.uid, account.gid);
}

async function findUser(name: string): Promise<User | undefined> {
  const lines = (await readFile("/etc/passwd", "utf8")).split("\n");
  const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(":") ?? [];
  return uid && gid ? { kind: "user", uid: Number(uid), gid: Number(gid) } : undefined;
}

const succeeds = (promise: Promise<unknown>): Promise<boolean> =>
  promise.then(
    () => true,
    () => false,
  );
