import { execFile } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, realpath, rm, stat } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { handOver, runAs } from "../../src/db/embedded/account.ts";

let closed: string;
beforeEach(async () => {
  closed = await mkdtemp(join(await realpath(tmpdir()), "account-"));
});
afterEach(() => rm(closed, { recursive: true }));

/** Whoever is not root can be nobody else. */
const { uid, gid } = userInfo();
const nobody = { uid: 65534, gid: 65534 };
const user = { kind: "user" as const, ...(uid === 0 ? nobody : { uid, gid }) };

test("a user runs programs that lie where only root may enter, and no file becomes theirs", async () => {
  const folder = join(closed, "postgres");
  const program = join(closed, "program");
  await mkdir(folder, { mode: 0o700 });
  await cp("/usr/bin/test", program);
  await chmod(program, 0o555);

  const account = await handOver(folder, program, user);

  const { file, args, identity } = runAs(account, program, ["-x", program]);
  await promisify(execFile)(file, [...args], identity);
  const writing = runAs(account, "/bin/sh", ["-c", `>${program}`]);
  await expect(promisify(execFile)(writing.file, [...writing.args])).rejects.toThrow(
    "Permission denied",
  );
});

test("a user who reaches everything gets no capability", async () => {
  expect(await handOver(closed, "/usr/bin/test", user)).toEqual(user);
});

test("what nothing leads to is named, and the folder stays whose it was", async () => {
  await expect(handOver(closed, "/nowhere/program", user)).rejects.toThrow("reach /nowhere.");

  expect((await stat(closed)).uid).toBe(uid);
});
