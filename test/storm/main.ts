import { parseArgs } from "node:util";

import setUp, { tearDown } from "../support/global-setup.ts";
import { reportLines } from "./report.ts";
import { storm, type StormOptions } from "./storm.ts";

/** `npm run storm -- --seconds 60 --seed 7`: the storm by itself, as long as one likes. */
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    seconds: { type: "string", default: "60" },
    experiments: { type: "string", default: "1000000" },
    servers: { type: "string", default: "4" },
    faults: { type: "string", default: "all" },
    processes: { type: "boolean", default: false },
    log: { type: "string", default: "silent" },
    every: { type: "string", default: "500" },
    calm: { type: "string", default: "90" },
    keep: { type: "boolean", default: false },
  },
});
const options: StormOptions = {
  seed: Number(values.seed),
  seconds: Number(values.seconds),
  experiments: Number(values.experiments),
  servers: Number(values.servers),
  faults: values.faults === "none" ? "none" : "all",
  processes: values.processes,
  logLevel: values.log === "warn" || values.log === "debug" ? values.log : "silent",
  everyMilliseconds: Number(values.every),
  calmSeconds: Number(values.calm),
  keep: values.keep,
  progress: (line) => console.log(line),
};
console.log(`seed ${options.seed}`);
await setUp();
try {
  const report = await storm(options);
  for (const line of reportLines(options, report)) console.log(line);
  if (report.violations.length > 0) process.exitCode = 1;
} finally {
  await tearDown();
}
