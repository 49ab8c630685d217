import { manifestParser } from "../../src/manifest/parse.ts";
import { seededRandom } from "../core/seeded-random.ts";
import { faultsOfParser, PROJECT, realManifests } from "./judge-parser.ts";
import { mutated } from "./mutations.ts";

/**
 * `npm run fuzz -- [count] [seed]`: judges so many mutated manifests, by default 100,000, and tells what the longest
 * took. Ends with 1 where the parser threw, or told something that is no place of the file.
 */
const [count = 100_000, seed = 7] = process.argv.slice(2).map(Number);
const LONG_MS = 50;

const sources = realManifests();
const random = seededRandom(seed);
const costs: { readonly round: number; readonly milliseconds: number; readonly size: number }[] =
  [];
let accepted = 0;
let faults = 0;
for (let round = 0; round < count; round += 1) {
  const text = mutated(sources, random);
  const found = faultsOfParser(text);
  costs.push({ round, milliseconds: timed(text), size: text.length });
  if (found.length === 0) continue;
  faults += 1;
  if (faults <= 10) console.log(`round ${round}: ${found.slice(0, 3).join("; ")}`);
}
report();

/** Processor time; of one that took long, the shortest of five, for the machine does other things as well. */
function timed(text: string): number {
  const times = [];
  do {
    const before = process.cpuUsage();
    const { manifest } = manifestParser.parse(text, PROJECT);
    const { user, system } = process.cpuUsage(before);
    if (times.length === 0 && manifest !== undefined) accepted += 1;
    times.push((user + system) / 1000);
  } while (times.length < 5 && Math.min(...times) > LONG_MS / 2);
  return Math.min(...times);
}

function report(): void {
  const slowest = costs.toSorted((a, b) => b.milliseconds - a.milliseconds);
  const long = slowest.filter(({ milliseconds }) => milliseconds > LONG_MS).length;
  const at = (share: number): string =>
    `${(slowest[Math.floor(count * share)]?.milliseconds ?? 0).toFixed(1)} ms`;
  console.log(
    `${count} manifests of seed ${seed}: ${faults} faults, ${accepted} accepted. Processor time: median ${at(0.5)}, p99 ${at(0.01)}, p99.9 ${at(0.001)}, ${long} over ${LONG_MS} ms. The longest:`,
  );
  for (const { round, milliseconds, size } of slowest.slice(0, 5))
    console.log(`  round ${round}: ${milliseconds.toFixed(1)} ms, ${size} characters`);
  if (faults > 0) process.exitCode = 1;
}
