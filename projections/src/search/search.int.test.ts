import { newId, Terms } from '@verbatim/shared';
import { freshDatabase, freshEventStore, type FreshDatabase, type FreshEventStore } from '@verbatim/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFixture, type Fixture } from '../testing/fixture.ts';
import { edited, said } from '../testing/log-writer.ts';

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

/** Messages of an organization that have a word, and how many the index says there are. */
async function having(organizationId: string, word: string) {
  await fixture.caughtUp(['search']);
  const term = new Terms(organizationId).word(word);
  const documents = await fixture.rows(
    'SELECT message_id FROM search.document WHERE organization_id = $1 AND terms @> ARRAY[$2::bigint]',
    [organizationId, term],
  );
  const counted = await fixture.rows(
    'SELECT word, documents FROM search.word WHERE organization_id = $1 AND term = $2',
    [organizationId, term],
  );
  return { messageIds: documents.map(({ message_id: id }) => id), counted };
}

async function room() {
  const { organizationId, userIds } = await fixture.log.organization(['Ada', 'Bob']);
  const [ada = '', bob = ''] = userIds;
  const roomId = await fixture.log.room(organizationId, userIds);
  return { organizationId, ada, bob, roomId };
}

const nothing = { messageIds: [], counted: [] };

describe('the index of words', () => {
  it('has what is said, by each word once', async () => {
    const { organizationId, ada, roomId } = await room();
    const messageId = newId();
    await fixture.log.append(organizationId, ada, [said(roomId, ada, 'Grüße und grüße', { messageId })]);
    expect(await having(organizationId, 'grusse')).toEqual({
      messageIds: [messageId],
      counted: [{ word: 'grusse', documents: 1 }],
    });
  });

  it('follows an edit, and forgets a word that nobody says any more', async () => {
    const { organizationId, ada, roomId } = await room();
    const messageId = newId();
    await fixture.log.append(organizationId, ada, [said(roomId, ada, 'the old word', { messageId })]);
    await fixture.caughtUp(['search']);
    await fixture.log.append(organizationId, ada, [edited(roomId, ada, messageId, 'the new word')]);
    expect(await having(organizationId, 'old')).toEqual(nothing);
    expect((await having(organizationId, 'new')).messageIds).toEqual([messageId]);
    expect((await having(organizationId, 'the')).counted).toEqual([{ word: 'the', documents: 1 }]);
  });

  it('forgets what is deleted, in the same batch or later', async () => {
    const { organizationId, ada, roomId } = await room();
    const now = newId();
    const later = newId();
    await fixture.log.append(organizationId, ada, [
      said(roomId, ada, 'slip once', { messageId: now }),
      { type: 'MessageDeleted', data: { messageId: now, roomId } },
      said(roomId, ada, 'slip twice', { messageId: later }),
    ]);
    expect((await having(organizationId, 'slip')).counted).toEqual([{ word: 'slip', documents: 1 }]);
    await fixture.log.append(organizationId, ada, [
      { type: 'MessageDeleted', data: { messageId: later, roomId } },
    ]);
    expect(await having(organizationId, 'slip')).toEqual(nothing);
  });

  it("forgets a person's words with the person, and nobody else's", async () => {
    const { organizationId, ada, bob, roomId } = await room();
    const kept = newId();
    await fixture.log.append(organizationId, ada, [
      said(roomId, ada, 'shared confession'),
      said(roomId, bob, 'shared answer', { messageId: kept }),
    ]);
    await fixture.caughtUp(['search']);
    await fixture.log.append(organizationId, bob, [
      {
        type: 'ErasureRequested',
        data: { erasureId: newId(), userId: ada },
        content: { status: 'present', fields: { reason: 'asked for' } },
      },
    ]);
    expect(await having(organizationId, 'confession')).toEqual(nothing);
    expect(await having(organizationId, 'shared')).toEqual({
      messageIds: [kept],
      counted: [{ word: 'shared', documents: 1 }],
    });
  });

  it('forgets the days that retention names', async () => {
    const { organizationId, ada, roomId } = await room();
    const kept = newId();
    await fixture.log.append(organizationId, ada, [
      said(roomId, ada, 'stale news', { day: '2025-12-31' }),
      said(roomId, ada, 'fresh news', { messageId: kept }),
    ]);
    await fixture.caughtUp(['search']);
    await fixture.log.append(organizationId, organizationId, [
      { type: 'RetentionApplied', data: { roomDays: [{ roomId, day: '2025-12-31' }] } },
    ]);
    expect(await having(organizationId, 'stale')).toEqual(nothing);
    expect((await having(organizationId, 'news')).messageIds).toEqual([kept]);
  });
});
