import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  createPool,
  openCheckpoint,
  originOf,
  signCheckpoint,
  sqlSourceOf,
  streamOf,
  VaultKeyring,
  type Database,
  type RecordedEvent,
} from '@verbatim/shared';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { treeSizeOf } from '../proofs/read-hashes.ts';
import { Person } from '../../testing/person.ts';
import { startSystem, until, type System } from '../../testing/system.ts';
import { AnchorDirectory } from './anchor.ts';
import { dueTrees, publishTree, type PublishingOptions } from './publish-tree.ts';

let system: System;
let owner: Person;
let directory: string;
let database: Database;
let options: PublishingOptions;

beforeAll(async () => {
  system = await startSystem();
  directory = await mkdtemp(path.join(os.tmpdir(), 'verbatim-anchors-'));
  database = createPool(system.databaseUrl, { applicationName: 'test' });
  const source = sqlSourceOf(database);
  options = {
    source,
    eventStore: system.eventStore,
    keyring: new VaultKeyring(source, system.masterKey),
    key: system.checkpointKey,
    anchors: new AnchorDirectory(directory),
  };
  owner = await Person.signUp(system, 'Olga');
  await projected();
});
afterAll(async () => {
  await database.destroy();
  await system.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Until the record has everything that is in the log by now. */
async function projected(): Promise<void> {
  const head = (await system.eventStore.head()) ?? 0n;
  await until('the record has caught up', async () => {
    const { rows } = await options.source.query(
      'SELECT position FROM record.checkpoint WHERE position >= $1',
      [head],
    );
    return rows.length === 1;
  });
}

const sizeIn = (data: unknown): number => z.object({ treeSize: z.number() }).parse(data).treeSize;

async function published(): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of system.eventStore.readStream(streamOf.audit(owner.organizationId)))
    if (event.type === 'CheckpointPublished') events.push(event);
  return events;
}

describe('a checkpoint', () => {
  it('is published for what happened since the last, as an event and outside, and once for the same tree', async () => {
    const size = await treeSizeOf(options.source, owner.organizationId);
    for (let again = 0; again < 2; again += 1)
      expect(await publishTree({ ...options, anchors: undefined }, owner.organizationId)).toEqual({
        status: 'published',
        size,
      });
    const ofThisSize = (await published()).filter(({ data }) => sizeIn(data) === size);
    expect(ofThisSize).toHaveLength(1);

    await projected();
    expect(await dueTrees(options.source)).not.toContain(owner.organizationId);
    await owner.command('POST', '/chat/rooms', { kind: 'channel', name: 'news' });
    await projected();
    await publishTree(options, owner.organizationId);
    const note = (await options.anchors?.newest(owner.organizationId)) ?? '';
    const checkpoint = openCheckpoint(note, options.key);
    expect(checkpoint?.size).toBeGreaterThan(size);
    const events = await published();
    expect(events.map(({ data }) => data)).toContainEqual({ treeSize: checkpoint?.size, note });
  });

  it('is refused when the record is not the one that was signed, or shorter', async () => {
    await projected();
    const size = await treeSizeOf(options.source, owner.organizationId);
    const origin = originOf(options.key, owner.organizationId);
    const anchors = new AnchorDirectory(path.join(directory, 'other'));
    const anchored = async (signedSize: number): Promise<unknown> => {
      const note = signCheckpoint({ origin, size: signedSize, root: Buffer.alloc(32, 7) }, options.key);
      await anchors.write(owner.organizationId, signedSize, note, '2026-11-22T00:00:00.000Z');
      return publishTree({ ...options, anchors }, owner.organizationId);
    };
    expect(await anchored(3)).toEqual({
      status: 'contradicted',
      how: 'the first 3 events are not those that were signed',
    });
    expect(await anchored(size + 1_000)).toMatchObject({ status: 'contradicted' });
  });
});
