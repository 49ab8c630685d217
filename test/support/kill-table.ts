import { writeFile } from "node:fs/promises";

import { type Fault, FAULTS, type Trial } from "./kill-trial.ts";

export interface KillRow {
  readonly point: string;
  readonly fault: Fault;
  /** What was wrong where the trial itself failed. */
  readonly trial: Trial | string;
}

/** docs/kills.md: what became of an experiment whose server met a fault, point by point. */
export async function writeKillTable(path: string, rows: readonly KillRow[]): Promise<void> {
  const points = Map.groupBy(rows, ({ point }) => point);
  const lines = [...points].map(([point, its]) => {
    const cells = FAULTS.map((fault) => cell(its.find((row) => row.fault === fault)));
    return `| ${point} | ${cells.join(" | ")} |`;
  });
  await writeFile(path, `${HEAD}${lines.join("\n")}\n`);
}

function cell(row: KillRow | undefined): string {
  if (row === undefined) return "";
  if (typeof row.trial === "string") return `**${row.trial}**`;
  const { ending, takeOverSeconds } = row.trial;
  const seconds = takeOverSeconds === undefined ? "–" : `${takeOverSeconds.toFixed(1)} s`;
  return `${ending.status}, ${ending.starts}, ${seconds}`;
}

const HEAD = `# What kills and pauses do

Written by \`npm run kills\`. Each cell is one experiment, pushed to a server that is a process of its own, with real git,
PostgreSQL and Docker. The server meets the fault exactly at the point; then a second one is started on the same database
and data directory.

- **kill**: kill -9.
- **pause**: SIGSTOP until the other server has finished everything, then SIGCONT.
- **doze**: SIGSTOP until its lease is over (15 s), then SIGCONT: both go on at the same moment.

A cell says: how the experiment ended, how often its program was started (it counts that itself), and how long after the
second server listened it did the first thing (on a busy machine of 2 cores; a server that sleeps is held for dead 15 s
after its last beat, and some of them go by while the second one starts). For each one the log is whole and there once,
no container and no job is left (what a sleeper still made of an attempt that was over goes with the sweep's next round),
every invariant holds, and the server that slept stops in order. A cell in bold says what
was not so; an empty one was not tried.

| point | kill | pause | doze |
|---|---|---|---|
`;
