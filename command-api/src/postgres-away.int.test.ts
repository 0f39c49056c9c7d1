import { it } from 'vitest';
import { talkWithoutPostgres } from './postgres-away-fixture.ts';

it('with Postgres away people go on talking, and what needs it says when to come back', async () => {
  await talkWithoutPostgres(3_000);
}, 60_000);
