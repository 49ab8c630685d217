import { lchown, opendir } from "node:fs/promises";
import { join } from "node:path";

import type Dockerode from "dockerode";

import { runHelper } from "./helper-container.ts";
import { findHelperImage } from "./helper-image.ts";

/**
 * Makes everything below the folder the server's own: outputs are written by whatever uid an image has. Nothing may
 * write there any more. A server that is root does it by itself; any other asks a throw-away container.
 */
export async function mendOwnership(
  docker: Dockerode,
  folder: string,
  hostFolder = folder,
): Promise<void> {
  const user = process.getuid?.() ?? 0;
  const group = process.getgid?.() ?? 0;
  if (user === 0) return chownBelow(folder, user, group);
  await chownByHelper(docker, hostFolder, user, group);
}

/** Links themselves, never what they lead to. */
async function chownBelow(folder: string, user: number, group: number): Promise<void> {
  await lchown(folder, user, group);
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await chownBelow(path, user, group);
    else await lchown(path, user, group);
  }
}

/** For a server that is not root. Throws a sentence where there is no image to do it with. */
export async function chownByHelper(
  docker: Dockerode,
  hostFolder: string,
  user: number,
  group: number,
): Promise<void> {
  const image = await findHelperImage(docker);
  if (image === undefined)
    throw new Error(
      "The outputs cannot be made the server's own: there is no image assay/busybox:local. Make it with: sh scripts/base-images",
    );
  const { exitCode, output } = await runHelper(docker, {
    image,
    // Folders that their owner may not enter could be neither read nor removed; `-h` and the container keep links harmless.
    command: ["sh", "-c", `chown -hR ${user}:${group} /folder && chmod -R u+rwX /folder`],
    folder: hostFolder,
    readOnly: false,
    capabilities: ["CHOWN", "DAC_OVERRIDE", "FOWNER"],
  });
  if (exitCode !== 0)
    throw new Error(`The outputs could not be made the server's own: ${output.slice(-500)}`);
}
