import { execFile } from "node:child_process";
import { chown, readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";

/** Who runs PostgreSQL, which refuses to be root. */
export type Account =
  | { readonly kind: "ourselves" }
  /** root outside, nobody inside: files stay root's, so any folder of root's will do. */
  | { readonly kind: "namespace" }
  | { readonly kind: "user"; readonly uid: number; readonly gid: number };

const execute = promisify(execFile);
const namespace = ["--user", "--map-user=65534", "--map-group=65534", "--"];

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
    case "user":
      return { file, args, identity: { uid: account.uid, gid: account.gid } };
  }
}

/** Gives the folder to the account, or refuses where it could not reach the folder or the program. */
export async function handOver(folder: string, binary: string, account: Account): Promise<void> {
  if (account.kind !== "user") return;
  const { uid, gid } = account;
  for (const needed of [dirname(folder), dirname(binary)]) {
    if (await succeeds(execute("/bin/sh", ["-c", 'cd "$1"', "sh", needed], { uid, gid }))) continue;
    throw new Error(
      `PostgreSQL does not run as root, and the user it would run as (uid ${uid}) cannot reach ${needed}. Let others pass (chmod o+x) on the way there, start Assay as another user, or set DATABASE_URL.`,
    );
  }
  await give(folder, account);
}

export async function give(path: string, account: Account): Promise<void> {
  if (account.kind === "user") await chown(path, account.uid, account.gid);
}

async function findUser(name: string): Promise<Account | undefined> {
  const lines = (await readFile("/etc/passwd", "utf8")).split("\n");
  const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(":") ?? [];
  return uid && gid ? { kind: "user", uid: Number(uid), gid: Number(gid) } : undefined;
}

const succeeds = (promise: Promise<unknown>): Promise<boolean> =>
  promise.then(
    () => true,
    () => false,
  );
