import type Dockerode from "dockerode";

import { ask } from "./dial.ts";

/** What the layers take that are kept for later builds, in bytes. */
export async function cacheBytes(docker: Dockerode, signal?: AbortSignal): Promise<number> {
  // Engines before 23.0 do not know the type, and tell of everything.
  const query = { type: "build-cache" };
  const answer = await ask(docker, {
    method: "GET",
    path: "/system/df",
    query,
    signal,
    takesLong: true,
  });
  const { BuildCache: entries } = Object(answer);
  if (!Array.isArray(entries)) return 0;
  return entries.reduce((bytes: number, { Size: size, Shared: isShared }) => {
    return isShared === true || typeof size !== "number" ? bytes : bytes + size;
  }, 0);
}

/** Answers the bytes freed. */
export async function pruneCache(docker: Dockerode, keepBytes: number): Promise<number> {
  // Not dockerode's pruneBuilder, which drops its options.
  const query = { all: "true", "keep-storage": String(keepBytes) };
  const answer = await ask(docker, {
    method: "POST",
    path: "/build/prune",
    query,
    takesLong: true,
  });
  const { SpaceReclaimed: freed } = Object(answer);
  return typeof freed === "number" ? freed : 0;
}
