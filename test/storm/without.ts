import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { DEFENCES } from "./defences.ts";

/**
 * `node test/storm/without.ts <defence>`: in a copy without the defence, its test must fail. With arguments behind `--`,
 * the storm blows there instead.
 */
const [name = "", separator, ...stormArguments] = process.argv.slice(2);
const defence = DEFENCES[name];
if (defence === undefined) {
  console.log(`Name one of: ${Object.keys(DEFENCES).join(", ")}`);
  process.exit(2);
}
const root = resolve(import.meta.dirname, "../..");
const copy = await mkdtemp(join(tmpdir(), "assay-without-"));
for (const part of ["src", "test", "migrations", "package.json", "jest.config.js"])
  await cp(join(root, part), join(copy, part), { recursive: true });
await symlink(join(root, "node_modules"), join(copy, "node_modules"));

const path = join(copy, defence.file);
const before = await readFile(path, "utf8");
let after = before;
for (const [from, to] of defence.changes) {
  if (!after.includes(from)) throw new Error(`${defence.file} no longer says: ${from}`);
  after = after.replaceAll(from, to);
}
await writeFile(path, after);

const test = [
  "--experimental-vm-modules",
  "node_modules/jest/bin/jest.js",
  "--rootDir",
  copy,
  defence.test,
  "--testNamePattern",
  defence.name,
];
const { status } = spawnSync(
  process.execPath,
  [
    "--disable-warning=ExperimentalWarning",
    ...(separator === "--" ? ["test/storm/main.ts", ...stormArguments] : test),
  ],
  { cwd: copy, stdio: "inherit" },
);
await rm(copy, { recursive: true, force: true });
console.log(status === 0 ? `Nothing misses ${name}.` : `Without ${name} it fails, as it must.`);
process.exitCode = status === 0 ? 1 : 0;
