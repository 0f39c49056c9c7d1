import { it } from 'vitest';
import { talkWithoutPostgres } from './postgres-away-fixture.ts';

it('with Postgres away for a minute people go on talking all the time', async () => {
  await talkWithoutPostgres(60_000);
}, 150_000);
