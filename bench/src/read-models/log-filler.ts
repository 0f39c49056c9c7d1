import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  connectEventStore,
  createLogger,
  createPool,
  encodeEvent,
  keysToSeal,
  MasterKey,
  newId,
  Sealer,
  streamOf,
  vaultDatabase,
  VaultKeyring,
  type DomainEvent,
} from '@verbatim/shared';
import { findInstance } from '@verbatim/shared/configuration';
import type { Instance } from '@verbatim/testing/instance';
import type { Deed } from './conversation.ts';

/** Appends under way; far beyond what commands have, so that the store gathers them. */
const inFlight = 2_000;
const appendTimeoutMs = 60_000;
const somewhere = { ip: '192.0.2.44', userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101' };

export interface Filled {
  readonly events: number;
  readonly seconds: number;
  /** Of the last event. */
  readonly position: bigint;
}

/** Writes events into an instance's log as its commands do, sealed, through the client, but without the commands. */
export async function fillLog(
  instance: Pick<Instance, 'dataDirectory'>,
  deeds: Iterable<Deed>,
  onProgress: (events: number) => void = () => undefined,
): Promise<Filled> {
  const found = await findInstance(instance.dataDirectory);
  if (found === undefined) throw new Error('no instance runs there');
  const masterKey = (await readFile(path.join(instance.dataDirectory, 'keys', 'master-key'), 'utf8')).trim();
  const pool = createPool(found.database, { applicationName: 'bench', max: 2 });
  const keyring = new VaultKeyring(vaultDatabase(pool), new MasterKey(masterKey));
  const sealer = new Sealer(keyring);
  const eventStore = connectEventStore({
    url: found.eventStore,
    logger: createLogger({ name: 'bench', level: 'silent' }),
  });
  const prepared = new Set<string>();
  const startedAt = performance.now();
  let events = 0;
  let position = 0n;
  let failure: unknown;
  let waiting = 0;
  let onSettled: () => void = () => undefined;
  const nextSettled = () =>
    new Promise<void>((resolve) => {
      onSettled = resolve;
    });
  try {
    for (const { organizationId, actorId, occurredAt, event } of deeds) {
      const commandId = newId();
      const roomId = 'roomId' in event.data ? event.data.roomId : null;
      const metadata = {
        organizationId,
        actorId,
        ...(roomId !== null && { roomId }),
        commandId,
        correlationId: commandId,
        causationId: commandId,
        occurredAt,
        sessionId: organizationId,
        context: somewhere,
      };
      const keys = keysToSeal(event, metadata);
      const unknown = keys.filter((key) => !prepared.has(`${organizationId}|${key}`));
      if (unknown.length > 0) {
        await keyring.prepare(organizationId, unknown, { create: true });
        for (const key of unknown) prepared.add(`${organizationId}|${key}`);
      }
      const encoded = encodeEvent(event, newId(), metadata, sealer);
      waiting += 1;
      void eventStore
        .append(streamOfEvent(event, organizationId), [encoded], {
          expectedRevision: 'any',
          timeoutMs: appendTimeoutMs,
        })
        .then((result) => {
          if (result.status !== 'appended') throw new Error(`an append was ${result.status}`);
          if (result.position > position) position = result.position;
        })
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => {
          waiting -= 1;
          onSettled();
        });
      events += 1;
      if (events % 10_000 === 0) onProgress(events);
      while (waiting >= inFlight) await nextSettled();
      if (failure !== undefined) break;
    }
    while (waiting > 0) await nextSettled();
    if (failure !== undefined) throw failure instanceof Error ? failure : new Error('an append failed');
    return { events, seconds: (performance.now() - startedAt) / 1_000, position };
  } finally {
    await Promise.all([eventStore.close(), pool.destroy()]);
  }
}

function streamOfEvent({ type, data }: DomainEvent, organizationId: string): string {
  if ('messageId' in data) return streamOf.message(data.messageId);
  if (type === 'RoomRead') return streamOf.reading(data.roomId, data.userId);
  if ('roomId' in data && data.roomId !== null) return streamOf.room(data.roomId);
  if (type === 'UserRegistered') return streamOf.user(data.userId);
  return streamOf.organization(organizationId);
}
