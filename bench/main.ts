import { burst } from "./burst.ts";
import { type Figure, toRow } from "./figure.ts";

/** `npm run bench -- <name> [size]`: one benchmark. Each prints its own figures. */
const benchmarks: Readonly<Record<string, (size?: number) => Promise<readonly Figure[]>>> = {
  burst,
};
const [name = "", size] = process.argv.slice(2);
const benchmark = benchmarks[name];
if (benchmark === undefined) {
  console.log(`Name one of: ${Object.keys(benchmarks).join(", ")}`);
  process.exitCode = name === "" ? 0 : 2;
} else
  for (const figure of await benchmark(size === undefined ? undefined : Number(size)))
    console.log(toRow(figure));
