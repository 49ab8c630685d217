import { readFile, writeFile } from "node:fs/promises";
import { cpus, loadavg, totalmem } from "node:os";

import { active } from "./active.ts";
import { burst } from "./burst.ts";
import { deliveries } from "./deliveries.ts";
import { dummyStart } from "./dummy-start.ts";
import { type Figure, toTable } from "./figure.ts";
import { idle } from "./idle.ts";
import { lists } from "./lists.ts";
import { logs } from "./logs.ts";
import { pushToStart } from "./push-to-start.ts";
import { takeOver } from "./take-over.ts";

/**
 * `npm run bench -- <name> [size]` runs one benchmark and prints its figures; `npm run bench` runs all of them in their
 * short form and writes the table of docs/benchmarks.md. What stands there from the first section on is kept.
 */
const benchmarks: Readonly<Record<string, (size?: number) => Promise<readonly Figure[]>>> = {
  "push-to-start": pushToStart,
  "dummy-start": dummyStart,
  deliveries,
  burst,
  active,
  lists,
  logs,
  "take-over": takeOver,
  idle,
};

const [name, size] = process.argv.slice(2);
if (name === undefined) await runAll();
else await runOne(name);

async function runOne(name: string): Promise<void> {
  const benchmark = benchmarks[name];
  if (benchmark !== undefined) {
    console.log(toTable(await benchmark(size === undefined ? undefined : Number(size))));
    return;
  }
  console.error(
    `There is no benchmark ${name}. Name one of: ${Object.keys(benchmarks).join(", ")}`,
  );
  process.exitCode = 2;
}

/** One that fails says so in its line, and the others go on. */
async function runAll(): Promise<void> {
  const began = load();
  const figures: Figure[] = [];
  for (const [name, benchmark] of Object.entries(benchmarks)) {
    console.log(`\n${name}`);
    const its = await benchmark().catch((error: unknown) => [failure(name, error)]);
    console.log(toTable(its));
    figures.push(...its);
  }
  const page = new URL("../docs/benchmarks.md", import.meta.url);
  const [sections = ""] = /^## .*/ms.exec(await readFile(page, "utf8")) ?? [];
  await writeFile(page, `${head(figures, began)}\n${sections}`);
}

function failure(name: string, error: unknown): Figure {
  console.error(error);
  const why = String(error).split("\n", 1)[0] ?? "";
  return { figure: name, target: "", ours: `failed: ${why}`, beside: "", reached: false };
}

function head(figures: readonly Figure[], began: string): string {
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  return `# Benchmarks

Written by \`npm run bench\`, which runs every benchmark of \`bench/\` in its short form; \`npm run bench -- <name> [size]\`
runs one of them. What stands beside a figure was measured in the same run, in rounds that alternate. Machine: ${machine};
its load before was ${began}, and is ${load()} at the end.

${toTable(figures)}
`;
}

function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}
