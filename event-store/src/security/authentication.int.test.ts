import { AccessDeniedError, UnavailableError } from '@eventstore/db-client';
import { expect, it } from 'vitest';
import { newStream, oneEvent } from '../testing/events.ts';
import { useTestStore } from '../testing/test-store.ts';

// A store of its own: what waits here is still checked when its clients have gone.
const store = useTestStore({ insecure: false });

it('so many passwords may wait to be checked; for more the store is too busy', async () => {
  const client = store.connect();
  await client.appendToStream(newStream(), oneEvent());
  const outcomes = await Promise.allSettled(
    Array.from({ length: 80 }, (_, n) => {
      const credentials = { username: 'admin', password: `wrong-${n}` };
      return client.appendToStream(newStream(), oneEvent(), { credentials });
    }),
  );
  const reasons = outcomes.map((outcome): unknown =>
    outcome.status === 'rejected' ? outcome.reason : undefined,
  );
  const busy = reasons.filter((reason) => reason instanceof UnavailableError);
  expect(busy.some(({ message }) => message.includes('Server Is Too Busy'))).toBe(true);
  for (const reason of reasons) {
    expect(reason instanceof AccessDeniedError || reason instanceof UnavailableError).toBe(true);
  }
});
