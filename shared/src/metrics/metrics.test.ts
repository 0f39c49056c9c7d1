import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';

describe('the metrics of a service', () => {
  it('carry the name of the service', async () => {
    const metrics = createMetrics('query-api');
    metrics.counter('queries_total', 'Queries answered.', ['route']).inc({ route: 'rooms' });
    const text = await metrics.registry.metrics();
    expect(text).toContain('queries_total{route="rooms",service="query-api"} 1');
    expect(text).toContain('process_cpu_user_seconds_total');
  });

  it('stand beside those of another service in the same process', async () => {
    const first = createMetrics('command-api');
    const second = createMetrics('query-api', { withProcessMetrics: false });
    first.histogram('request_seconds', 'Time to answer.').observe(0.002);
    second.histogram('request_seconds', 'Time to answer.').observe(0.2);
    expect(await first.registry.metrics()).toContain('request_seconds_sum{service="command-api"} 0.002');
    expect(await second.registry.metrics()).not.toContain('process_cpu_user_seconds_total');
  });
});
