import { once } from "node:events";
import { mkdir, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { gatewayAddress } from "../../src/engines/docker/gateway-address.ts";
import { findHelperImage } from "../../src/engines/docker/helper-image.ts";
import { probeDataDirectory } from "../../src/engines/docker/probe-data-directory.ts";
import { rootFolder } from "../../src/engines/docker/root-folder.ts";
import { DockerEngines, silent } from "./docker-engines.ts";
import { readLog, runToEnd, workload } from "./workload.ts";

let engines: DockerEngines;
let folder: string;

beforeAll(async () => {
  engines = await DockerEngines.open();
  folder = join(engines.folder, "data");
  await mkdir(folder);
});

afterAll(() => engines.close());

test("Docker says where it keeps its images", async () => {
  expect(await rootFolder(engines.docker)).toMatch(/^\/.*docker/);
});

test("a data directory that Docker sees passes, and nothing stays in it", async () => {
  expect(await probeDataDirectory(engines.docker, folder, folder, silent)).toBeUndefined();
  expect(await readdir(folder)).toEqual([]);
});

test("a data directory that is another or none on Docker's side gets a sentence", async () => {
  const other = join(engines.folder, "other");
  await mkdir(other);

  for (const hostFolder of [other, "/nowhere/at/all"])
    expect(await probeDataDirectory(engines.docker, folder, hostFolder, silent)).toMatch(
      /^Docker does not see the data directory .* Mount it at the same path on both sides, or set ASSAY_HOST_DATA_DIR/,
    );
  expect(await readdir(folder)).toEqual([]);
});

test("containers reach what listens on the gateway's address", async () => {
  const server = createServer((_, response) => response.end("reached\n"));
  server.listen(0, await gatewayAddress(engines.docker));
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it has no port");
  const command = `timeout 2 wget -q -O - http://${address.address}:${address.port}/`;

  const { engineId } = await runToEnd(engines.engine(), workload(command));
  server.close();

  expect((await readLog(engines.engine(), engineId)).stdout).toBe("reached\n");
});

test("the helper image is found", async () => {
  expect(await findHelperImage(engines.docker)).toBe("assay/busybox:local");
});
