import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { codeOf } from "../caught.ts";
import { isAlive } from "./processes.ts";

type Release = () => Promise<void>;

const patienceMs = 180_000;

/** Does the work while no other process of this machine starts or stops the PostgreSQL of the folder. */
export async function withLaunchLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const take = process.platform === "linux" ? takeSocket : takeFile;
  const end = Date.now() + patienceMs;
  let release = await take(folder);
  while (release === undefined) {
    if (Date.now() > end) {
      throw new Error(
        `Another process has been starting or stopping the PostgreSQL in ${folder} for ${patienceMs / 1000} s. End that process, then start again.`,
      );
    }
    await sleep(20);
    release = await take(folder);
  }
  try {
    return await work();
  } finally {
    await release();
  }
}

/** An abstract socket is no file and vanishes with its process, however that ends. */
async function takeSocket(folder: string): Promise<Release | undefined> {
  const name = createHash("sha256").update(folder).digest("hex");
  const server = createServer();
  const taken = await new Promise<boolean>((resolve, reject) => {
    server.once("error", (error) => {
      if (codeOf(error) === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    server.listen(`\0assay-launch-${name}`, () => resolve(true));
  });
  if (!taken) return undefined;
  return () => new Promise((resolve) => server.close(() => resolve()));
}

/** For systems without abstract sockets. */
export async function takeFile(folder: string): Promise<Release | undefined> {
  const path = join(folder, "launch.lock");
  try {
    await writeFile(path, `${process.pid}\n`, { flag: "wx", mode: 0o600 });
    return () => rm(path, { force: true });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
  const holder = Number(await readFile(path, "utf8").catch(() => ""));
  if (holder > 0 && !isAlive(holder)) await rm(path, { force: true });
  return undefined;
}
