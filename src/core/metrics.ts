/** What the pipeline counts and times. Names and units are Prometheus': `_total`, `_seconds`. */
export interface Metrics {
  count(name: string, labels?: Readonly<Record<string, string>>): void;
  observe(name: string, value: number, labels?: Readonly<Record<string, string>>): void;
}
