import { startEventStore } from 'verbatim-event-store';
import { z } from 'zod';
import { runPart } from './run-part.ts';

const environmentSchema = z.object({
  EVENT_STORE_DIRECTORY: z.string(),
  EVENT_STORE_PORT: z.coerce.number().int(),
});

await runPart('event-store', async () => {
  const { EVENT_STORE_DIRECTORY, EVENT_STORE_PORT } = environmentSchema.parse(process.env);
  return startEventStore({ directory: EVENT_STORE_DIRECTORY, port: EVENT_STORE_PORT, insecure: true });
});
