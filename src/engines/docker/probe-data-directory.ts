import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type Dockerode from "dockerode";

import type { Logger } from "../../core/logger.ts";
import { messageOf, statusOf } from "./errors.ts";
import { removeOldHelpers, runHelper } from "./helper-container.ts";
import { findHelperImage } from "./helper-image.ts";

/**
 * Looks at the data directory from a container: under compose, or with a daemon on another machine, it may be another
 * folder there. Answers undefined where it is the same one, else what to do. Throws where Docker does not answer.
 */
export async function probeDataDirectory(
  docker: Dockerode,
  folder: string,
  hostFolder: string,
  log: Logger,
): Promise<string | undefined> {
  await removeOldHelpers(docker);
  const image = await findHelperImage(docker);
  if (image === undefined) {
    log.warn(
      { folder },
      "whether Docker sees the data directory was not checked: there is no image assay/busybox:local and no static busybox to make it from",
    );
    return undefined;
  }
  const name = `.probe-${randomUUID()}`;
  const content = randomUUID();
  await writeFile(join(folder, name), content);
  try {
    const { exitCode, output } = await runHelper(docker, {
      image,
      command: ["cat", `/folder/${name}`],
      folder: hostFolder,
      readOnly: true,
      capabilities: ["DAC_OVERRIDE"],
    });
    if (exitCode === 0 && output === content) return undefined;
  } catch (error) {
    const isMissing = messageOf(error).includes("bind source path does not exist");
    if (statusOf(error) !== 400 || !isMissing) throw error;
  } finally {
    await rm(join(folder, name), { force: true });
  }
  return `Docker does not see the data directory ${folder}${hostFolder === folder ? "" : ` as ${hostFolder}`}. Mount it at the same path on both sides, or set ASSAY_HOST_DATA_DIR to its path on Docker's machine.`;
}
