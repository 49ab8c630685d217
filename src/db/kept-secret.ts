import { randomBytes } from "node:crypto";
import { link, readFile, rm } from "node:fs/promises";

import { codeOf } from "./caught.ts";
import { writeDurably } from "./write-durably.ts";

export interface KeptSecret {
  readonly value: string;
  /** Whether it was made now. */
  readonly isNew: boolean;
}

/** A secret of the data directory, readable by this user alone; made at the first start, never replaced. */
export async function keepSecret(path: string, prefix = ""): Promise<KeptSecret> {
  const kept = await readKept(path);
  if (kept !== undefined) return { value: kept, isNew: false };
  const offer = `${path}.${process.pid}`;
  await writeDurably(offer, `${prefix}${randomBytes(32).toString("base64url")}\n`);
  try {
    // Of servers that start together, one's offer becomes the secret.
    await link(offer, path);
    return { value: (await readKept(path)) ?? "", isNew: true };
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    return { value: (await readKept(path)) ?? "", isNew: false };
  } finally {
    await rm(offer, { force: true });
  }
}

async function readKept(path: string): Promise<string | undefined> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return "";
    throw error;
  });
  return text.trim() || undefined;
}
