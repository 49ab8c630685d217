import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { promisify } from "node:util";

import { expect, test } from "@jest/globals";

import { DiskWatermark } from "../../src/storage/disk-watermark.ts";
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

test("above the watermark nothing new starts, and below it all is well", async () => {
  expect(await new DiskWatermark(tmpdir(), 1).closedBecause()).toBeUndefined();
  expect(await new DiskWatermark(tmpdir(), 0.000001).closedBecause()).toMatch(
    /^the disk is \d+ % full; nothing new starts above 0 %$/,
  );
});

test("Docker's disk is watched, too", async () => {
  const disk = new DiskWatermark(tmpdir(), 1);

  // It has no room at all.
  await disk.watchDocker("/proc");

  expect(await disk.closedBecause()).toBe(
    "Docker's disk is 100 % full; nothing new starts above 100 %",
  );
});

test("the disk of a Docker on another machine is not seen, and not watched", async () => {
  const disk = new DiskWatermark(tmpdir(), 1);

  await disk.watchDocker("/there/is/no/such/folder");

  expect(await disk.closedBecause()).toBeUndefined();
  expect(await disk.dockerDiskBytes()).toBeGreaterThan(0);
});
