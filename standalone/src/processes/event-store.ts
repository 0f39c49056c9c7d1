import { startEventStore } from 'verbatim-event-store';
import { z } from 'zod';
import type { ChildMessage } from '../supervisor/process-part.ts';

// The store needs nothing of what the services are made of, and the whole start waits for it: it runs by itself.
const { EVENT_STORE_DIRECTORY, EVENT_STORE_PORT } = z
  .object({ EVENT_STORE_DIRECTORY: z.string(), EVENT_STORE_PORT: z.coerce.number().int() })
  .parse(process.env);

const store = await startEventStore({
  directory: EVENT_STORE_DIRECTORY,
  port: EVENT_STORE_PORT,
  insecure: true,
});
// After a failed disk the store takes nothing more; the supervisor opens it anew.
void store.closed.then((error) => process.exit(error ? 1 : 0));
const stop = () => void store.stop();
process.on('SIGTERM', stop);
// The supervisor has gone, however it ended.
process.once('disconnect', stop);
const ready: ChildMessage = { type: 'ready' };
process.send?.(ready);
