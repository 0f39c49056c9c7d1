import { freshDatabase, freshEventStore, type FreshDatabase, type FreshEventStore } from '@verbatim/testing';
import { newId } from '@verbatim/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFixture, type Fixture } from './testing/fixture.ts';
import { said } from './testing/log-writer.ts';

let database: FreshDatabase;
let store: FreshEventStore;
let fixture: Fixture;

beforeAll(async () => {
  [database, store] = await Promise.all([freshDatabase(), freshEventStore()]);
  fixture = await openFixture(database.url, store.connectionString);
  fixture.start();
});

afterAll(async () => {
  await fixture.close();
  await Promise.all([database.drop(), store.stop()]);
});

describe('a conversation', () => {
  it('becomes a timeline with dense seqs, names and exact unread counts', async () => {
    const { organizationId, userIds } = await fixture.log.organization(['Ada', 'Bob']);
    const [ada = '', bob = ''] = userIds;
    const roomId = await fixture.log.room(organizationId, userIds);
    const first = newId();
    await fixture.log.append(organizationId, ada, [
      said(roomId, ada, 'hello', { messageId: first }),
      said(roomId, ada, 'are you there @Bob?', { mentions: [bob] }),
    ]);
    await fixture.caughtUp();

    expect(
      await fixture.rows(
        'SELECT seq, text, display_name FROM chat.message JOIN chat.person ON user_id = author_id ORDER BY seq',
      ),
    ).toEqual([
      { seq: 3, text: 'hello', display_name: 'Ada' },
      { seq: 4, text: 'are you there @Bob?', display_name: 'Ada' },
    ]);
  });
});
