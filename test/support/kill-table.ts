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

`;
