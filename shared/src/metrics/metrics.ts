import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export { Counter, Gauge, Histogram, Registry as MetricsRegistry } from 'prom-client';

/** The metrics of one service in this process; several services may each have their own. */
export interface Metrics {
  readonly registry: Registry;
  counter<Label extends string = never>(
    name: string,
    help: string,
    labels?: readonly Label[],
  ): Counter<Label>;
  gauge<Label extends string = never>(name: string, help: string, labels?: readonly Label[]): Gauge<Label>;
  /** Durations in seconds, from half a millisecond to ten seconds unless other buckets are given. */
  histogram<Label extends string = never>(
    name: string,
    help: string,
    labels?: readonly Label[],
    buckets?: readonly number[],
  ): Histogram<Label>;
}

const durationBucketsSeconds = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** `withProcessMetrics` is for one service of a process: memory, event loop and collections are the process's own. */
export function createMetrics(service: string, { withProcessMetrics = true } = {}): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  if (withProcessMetrics) collectDefaultMetrics({ register: registry });
  const shared = { registers: [registry] };
  return {
    registry,
    counter: (name, help, labels = []) => new Counter({ ...shared, name, help, labelNames: [...labels] }),
    gauge: (name, help, labels = []) => new Gauge({ ...shared, name, help, labelNames: [...labels] }),
    histogram: (name, help, labels = [], buckets = durationBucketsSeconds) =>
      new Histogram({ ...shared, name, help, labelNames: [...labels], buckets: [...buckets] }),
  };
}
