import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startInstance, type Instance } from '@verbatim/testing/instance';
import { z } from 'zod';
import { SteadyLoad } from './steady-load.ts';

const perSecond = 100;
const warmUpMs = 10_000;
const measuredMs = 45_000;
const boundSeconds = 0.02;
const portsSchema = z.object({ projections: z.number() });

/** From the store taking an event to its rows being committed, as the projectors' own metrics tell, at a steady rate. */
export async function lagBenchmark(): Promise<void> {
  const instance = await startInstance();
  try {
    const load = await SteadyLoad.start(instance.origin, { sends: perSecond, asks: 0 });
    await delay(warmUpMs);
    const before = await lagsOf(instance);
    await delay(measuredMs);
    const after = await lagsOf(instance);
    const { failed } = await load.stop();
    for (const [model, buckets] of after) {
      const counts = [...buckets].map(([bound, count]) => ({
        bound,
        count: count - (before.get(model)?.get(bound) ?? 0),
      }));
      const all = counts.find(({ bound }) => bound === Infinity)?.count ?? 0;
      const within = counts.find(({ bound }) => bound === boundSeconds)?.count ?? 0;
      const p99 = counts.find(({ count }) => count >= all * 0.99)?.bound ?? Infinity;
      console.log(
        `${model.padEnd(10)}${all} events, ${((within / all) * 100).toFixed(2)} % within ${boundSeconds * 1_000} ms, ` +
          `p99 at most ${p99 * 1_000} ms`,
      );
    }
    console.log(`messages that could not be sent: ${failed.length}`);
  } finally {
    await instance.remove();
  }
}

/** By read model: how many events had at most each lag. */
async function lagsOf({ dataDirectory }: Instance): Promise<Map<string, Map<number, number>>> {
  const ports = portsSchema.parse(JSON.parse(await readFile(path.join(dataDirectory, 'ports.json'), 'utf8')));
  const response = await fetch(`http://127.0.0.1:${ports.projections}/metrics`);
  const lags = new Map<string, Map<number, number>>();
  for (const line of (await response.text()).split('\n')) {
    const [, labels = '', count] = /^projection_lag_seconds_bucket\{(.*)\} (\d+)$/.exec(line) ?? [];
    const model = /read_model="(\w+)"/.exec(labels)?.[1];
    const bound = /le="([^"]+)"/.exec(labels)?.[1];
    if (model === undefined || bound === undefined) continue;
    const buckets = lags.get(model) ?? new Map<number, number>();
    lags.set(model, buckets.set(bound === '+Inf' ? Infinity : Number(bound), Number(count)));
  }
  return lags;
}
