import type { Report, StormOptions } from "./storm.ts";

/** What came of it, for people. */
export function reportLines(
  { seed, servers, faults }: StormOptions,
  report: Report,
): readonly string[] {
  const perSecond = (report.experiments / report.seconds).toFixed(1);
  return [
    `seed ${seed}, ${servers} servers, faults: ${faults}`,
    `${report.experiments} experiments in ${report.seconds.toFixed(1)} s (${perSecond}/s), ${report.attempts} attempts started, ${report.logBytes} log bytes compared`,
    `endings: ${counted(report.endings)}`,
    `asked: ${counted(report.asked)}; ${report.retriedRequests} requests asked again`,
    `blows: ${counted(report.blows)}; ${report.deaths} deaths, ${report.processes} processes`,
    `faults at ports: ${counted(report.faults)}`,
    `take-over of ${report.takeOverMilliseconds.length} jobs: ${quantiles(report.takeOverMilliseconds)}`,
    `safety net: ${counted(report.safetyNet) || "0"}`,
    `all at their end ${report.calmSeconds.toFixed(1)} s after the last blow`,
    `given up by the platform: ${report.givenUp.length}`,
    ...report.givenUp.slice(0, 5).map((line) => `  ${line}`),
    `violations: ${report.violations.length}`,
    ...report.violations.slice(0, 40).map((line) => `  ${line}`),
  ];
}

const counted = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");

function quantiles(milliseconds: readonly number[]): string {
  if (milliseconds.length === 0) return "none";
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    `${Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0)} ms`;
  return `median ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)}`;
}
