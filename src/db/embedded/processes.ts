import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { promisify } from "node:util";

import { codeOf } from "../caught.ts";

/** True for a zombie and for a process of somebody else, too. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/** Is this process the server of that cluster, and not a stranger who got its number? */
export async function isPostmaster(pid: number, data: string): Promise<boolean> {
  if (process.platform !== "linux") return isPostmasterByName(pid, data);
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  const [file = "", ...args] = commandLine.split("\0");
  return file.endsWith("/postgres") && args.includes(data);
}

async function isPostmasterByName(pid: number, data: string): Promise<boolean> {
  const columns = ["-ww", "-o", "command=", "-p", String(pid)];
  const { stdout } = await promisify(execFile)("ps", columns).catch(() => ({ stdout: "" }));
  return stdout.includes("/postgres ") && stdout.includes(data);
}

/** The processes at work in the folder; PostgreSQL's all are in their data. Only Linux can tell. */
export async function findProcessesIn(folder: string): Promise<readonly number[]> {
  if (process.platform !== "linux") return [];
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const folders = await Promise.all(
    pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => "")),
  );
  return pids.filter((_, index) => folders[index] === folder);
}
