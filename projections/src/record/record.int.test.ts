import {
  canonicalJson,
  GrowingTree,
  hashOfRange,
  leafEntry,
  leafHash,
  lookUpIn,
  newId,
  sha256Hex,
  streamPrefixes,
  streamOf,
  type RecordedEvent,
} from '@verbatim/shared';
import { freshDatabase, freshEventStore, type FreshDatabase, type FreshEventStore } from '@verbatim/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFixture, type Fixture } from '../testing/fixture.ts';
import { said } from '../testing/log-writer.ts';

let database: FreshDatabase;
let store: FreshEventStore;
let fixture: Fixture;
let organizations: { readonly organizationId: string; readonly userIds: readonly string[] }[];

beforeAll(async () => {
  [database, store] = await Promise.all([freshDatabase(), freshEventStore()]);
  fixture = await openFixture(database.url, store.connectionString);
  fixture.start();
  organizations = [await fixture.log.organization(['Ada', 'Bob']), await fixture.log.organization(['Cem'])];
  for (const { organizationId, userIds } of organizations) {
    const roomId = await fixture.log.room(organizationId, userIds);
    const [first = ''] = userIds;
    for (let count = 0; count < 40; count += 1)
      await fixture.log.append(organizationId, first, [said(roomId, first, `message ${count}`)]);
    await fixture.log.append(organizationId, first, [
      { type: 'ParticipantRoleChanged', data: { roomId, userId: first, role: 'moderator' } },
      { type: 'ParticipantLeft', data: { roomId, userId: first } },
    ]);
  }
  await fixture.caughtUp(['record']);
});

afterAll(async () => {
  await fixture.close();
  await Promise.all([database.drop(), store.stop()]);
});

async function eventsOf(organizationId: string): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of fixture.eventStore.readAll({ streamPrefixes }))
    if (canonicalJson(event.metadata).includes(organizationId)) events.push(event);
  return events;
}

const rowsOf = (organizationId: string) =>
  fixture.rows(
    `SELECT leaf_index::int, position, event_id, type, data, metadata, leaf_hash, horizon, created
     FROM record.event WHERE organization_id = $1 ORDER BY leaf_index`,
    [organizationId],
  );

describe('the record', () => {
  it('has one row for each event of an organization, in the order of the log, over its stored bytes', async () => {
    for (const { organizationId } of organizations) {
      const events = await eventsOf(organizationId);
      const rows = await rowsOf(organizationId);
      expect(rows.map((row) => [row.leaf_index, row.event_id])).toEqual(
        events.map(({ id }, index) => [index, id]),
      );
      for (const [index, event] of events.entries()) {
        const [data, metadata] = [canonicalJson(event.data), canonicalJson(event.metadata)];
        expect(rows[index]).toMatchObject({ data, metadata, position: event.position.toString() });
        const { stream, type, id: eventId, revision, created } = event;
        const entry = leafEntry({
          created: created.toISOString(),
          dataSha256: sha256Hex(data),
          eventId,
          metadataSha256: sha256Hex(metadata),
          revision: Number(revision),
          stream,
          type,
        });
        expect(rows[index]?.leaf_hash).toEqual(leafHash(entry));
      }
    }
  });

  it('keeps the interior nodes of a tree of its own for each organization', async () => {
    for (const { organizationId } of organizations) {
      const leaves = (await rowsOf(organizationId)).map((row) => row.leaf_hash as Buffer);
      const tree = new GrowingTree(0, []);
      for (const leaf of leaves) tree.append(leaf);
      const nodes = await fixture.rows(
        'SELECT level, index::int, hash FROM record.node WHERE organization_id = $1',
        [organizationId],
      );
      const stored = new Map(
        nodes.map(({ level, index, hash }) => [`${String(level)}:${String(index)}`, hash as Buffer]),
      );
      for (const [index, leaf] of leaves.entries()) stored.set(`0:${index}`, leaf);
      const root = hashOfRange({ from: 0, to: leaves.length }, lookUpIn(stored));
      expect(Buffer.from(root)).toEqual(Buffer.from(tree.root()));
    }
  });

  it('knows who was in a room from when on', async () => {
    const [{ organizationId, userIds } = { organizationId: '', userIds: [''] }] = organizations;
    const roles = await fixture.rows(
      'SELECT role FROM record.participant WHERE organization_id = $1 AND user_id = $2 ORDER BY leaf_index',
      [organizationId, userIds[0]],
    );
    expect(roles).toEqual([{ role: 'admin' }, { role: 'moderator' }, { role: null }]);
  });

  it.each(['event', 'node', 'participant'])(
    'refuses any change of %s, even to the owner of the tables',
    async (table) => {
      for (const change of [
        `UPDATE record.${table} SET organization_id = organization_id`,
        `DELETE FROM record.${table}`,
        `TRUNCATE record.${table}`,
      ])
        await expect(fixture.rows(change)).rejects.toThrow('only ever added to');
      await expect(
        fixture.rows(`SET session_replication_role = replica; DELETE FROM record.${table}`),
      ).rejects.toThrow('only ever added to');
    },
  );

  it('takes in what nobody can decode, and what comes after it', async () => {
    const [{ organizationId, userIds } = { organizationId: '', userIds: [''] }] = organizations;
    const before = (await rowsOf(organizationId)).length;
    const stream = streamOf.message(newId());
    await fixture.eventStore.append(
      stream,
      [
        { id: newId(), type: 'Unheard', data: { text: 'a\0b' }, metadata: { organizationId } },
        {
          id: newId(),
          type: 'MessageSent',
          data: { authorId: 7, day: 'never' },
          metadata: { organizationId },
        },
      ],
      { expectedRevision: 'any' },
    );
    await fixture.log.append(organizationId, userIds[0] ?? '', [
      {
        type: 'ProfileChanged',
        data: { userId: userIds[0] ?? '' },
        content: { status: 'present', fields: { displayName: 'A' } },
      },
    ]);
    await fixture.caughtUp(['record']);
    const rows = await rowsOf(organizationId);
    expect(rows.slice(before).map(({ type }) => type)).toEqual(['Unheard', 'MessageSent', 'ProfileChanged']);
  });
});
