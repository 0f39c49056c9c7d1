import { parseArgs } from 'node:util';
import { startEventStore } from './server.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    host: { type: 'string' },
    port: { type: 'string' },
    insecure: { type: 'boolean' },
  },
});

if (values.data === undefined) throw new Error('--data DIR is missing');
const store = await startEventStore({
  directory: values.data,
  host: values.host ?? '127.0.0.1',
  port: Number(values.port ?? 2113),
  insecure: values.insecure ?? false,
});
process.stdout.write(`verbatim-event-store is ready on ${store.connectionString}\n`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void store.stop().then(() => process.exit(0));
  });
}
