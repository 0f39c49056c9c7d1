import { startEventStore } from 'verbatim-event-store';
import { z } from 'zod';
import { runService } from './run-service.ts';

const { EVENT_STORE_DIRECTORY, EVENT_STORE_PORT } = z
  .object({ EVENT_STORE_DIRECTORY: z.string(), EVENT_STORE_PORT: z.coerce.number().int() })
  .parse(process.env);

await runService(() =>
  startEventStore({ directory: EVENT_STORE_DIRECTORY, port: EVENT_STORE_PORT, insecure: true }),
);
