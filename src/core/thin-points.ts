import type { MetricPoint } from "./run-metrics.ts";

/**
 * A curve of about `most` points, or as it is where it has no more. Its steps are divided into equal stretches, and of
 * each the first, the last, the least and the greatest point stay: what is drawn of it is the same, each peak included.
 * Where a stretch has a NaN or an infinity, the first of these stays as well. Pure; the points are in order.
 */
export function thinPoints(points: readonly MetricPoint[], most: number): readonly MetricPoint[] {
  const [first] = points;
  const last = points.at(-1);
  if (points.length <= most || first === undefined || last === undefined) return points;
  const count = Math.max(1, Math.floor(most / 4));
  const width = (last.step - first.step) / count;
  const kept: MetricPoint[] = [];
  let stretch: MetricPoint[] = [];
  let place = 0;
  for (const point of points) {
    const at = width > 0 ? Math.min(count - 1, Math.floor((point.step - first.step) / width)) : 0;
    if (at !== place) {
      kept.push(...marks(stretch));
      stretch = [];
      place = at;
    }
    stretch.push(point);
  }
  kept.push(...marks(stretch));
  return kept;
}

/** What must stay of a stretch, in order. */
function marks(stretch: readonly MetricPoint[]): readonly MetricPoint[] {
  if (stretch.length <= 4) return stretch;
  let least: MetricPoint | undefined;
  let greatest: MetricPoint | undefined;
  let odd: MetricPoint | undefined;
  for (const point of stretch) {
    if (!Number.isFinite(point.value)) odd ??= point;
    else {
      if (least === undefined || point.value < least.value) least = point;
      if (greatest === undefined || point.value > greatest.value) greatest = point;
    }
  }
  const stays = new Set([stretch[0], least, greatest, odd, stretch.at(-1)]);
  return stretch.filter((point) => stays.has(point));
}
