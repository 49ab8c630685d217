import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { promisify } from "node:util";

import { expect, test } from "@jest/globals";

import { diskUsage } from "../../src/storage/disk.ts";

test("the disk is as full as df says", async () => {
  const { stdout } = await promisify(execFile)("df", ["--output=pcent,size", "-B1", tmpdir()]);
  const [percent = 0, size] = stdout.split("\n")[1]?.match(/\d+/g)?.map(Number) ?? [];

  const usage = await diskUsage(tmpdir());

  expect(usage.totalBytes).toBe(size);
  // df rounds up, and the disk is in use meanwhile.
  expect(Math.abs(usage.usedShare * 100 - percent)).toBeLessThan(2);
  expect(usage.freeBytes).toBeLessThan(usage.totalBytes);
});
