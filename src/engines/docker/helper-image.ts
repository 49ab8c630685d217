import { readFile, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";

import type Dockerode from "dockerode";
import { pack } from "tar-stream";

import { ask, askFor } from "./ask.ts";

/** The image of throw-away helper containers; `sh scripts/base-images` makes the same one. */
export const HELPER_IMAGE = "assay/busybox:local";

/** The helper image, made from the machine's own static busybox where it is absent; undefined where that is, too. */
export async function findHelperImage(docker: Dockerode): Promise<string | undefined> {
  const image = docker.getImage(HELPER_IMAGE);
  if ((await askFor(() => image.inspect())) !== undefined) return HELPER_IMAGE;
  const busybox = await readStaticBusybox();
  if (busybox === undefined) return undefined;
  await importImage(docker, busybox);
  return HELPER_IMAGE;
}

/** Without a registry: one layer that holds one program. */
async function importImage(docker: Dockerode, busybox: Buffer): Promise<void> {
  const layer = pack();
  layer.entry({ name: "bin/busybox", mode: 0o755 }, busybox);
  for (const name of ["sh", "cat", "chown", "chmod"])
    layer.entry({ name: `bin/${name}`, type: "symlink", linkname: "busybox" });
  layer.finalize();
  const [repo, tag] = HELPER_IMAGE.split(":");
  const changes = ["ENV PATH=/bin", 'CMD ["sh"]'];
  const answer = await ask(() =>
    docker.importImage(Readable.from(layer), { fromSrc: "-", repo, tag, changes }),
  );
  // It is there when Docker has said so.
  await text(answer);
}

async function readStaticBusybox(): Promise<Buffer | undefined> {
  for (const path of ["/bin/busybox", "/usr/bin/busybox", "/usr/local/bin/busybox"]) {
    const isFile = await stat(path).then(
      (found) => found.isFile(),
      () => false,
    );
    const program = isFile ? await readFile(path) : undefined;
    if (program !== undefined && isStatic(program)) return program;
  }
  return undefined;
}

const PT_INTERP = 3;

/** A 64-bit ELF program that names no dynamic loader runs in an image that holds nothing else. */
export function isStatic(program: Buffer): boolean {
  const is64BitElf = program.subarray(0, 6).equals(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]));
  if (!is64BitElf) return false;
  const start = Number(program.readBigUInt64LE(32));
  const size = program.readUInt16LE(54);
  const count = program.readUInt16LE(56);
  return Array.from({ length: count }, (_, index) => start + index * size).every(
    (header) => program.readUInt32LE(header) !== PT_INTERP,
  );
}
