import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, test } from "@jest/globals";

const SCRIPT = `
import { createRequire } from "node:module";
await import("./src/lean-dockerode.ts");
const { default: Dockerode } = await import("dockerode");
const { cache } = createRequire(process.cwd() + "/");
const loaded = () => Object.keys(cache).some((path) => /node_modules.(ssh2|@grpc.proto-loader)\\b/.test(path));
const before = loaded();
const docker = new Dockerode({ protocol: "ssh", host: "127.0.0.1", port: 1, username: "nobody" });
await docker.ping().catch(() => {});
console.log(before, loaded());
`;

test("what dockerode needs for SSH alone is loaded when SSH is used", async () => {
  const cwd = join(import.meta.dirname, "..");

  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", SCRIPT],
    { cwd },
  );

  expect(stdout.trim()).toBe("false true");
});
