import { randomUUID } from 'node:crypto';
import {
  encodeEvent,
  present,
  Sealer,
  streamOf,
  type Keyring,
  type Member,
  type UserEvent,
} from '@verbatim/shared';
import { beforeEach, expect, it } from 'vitest';
import { MemoryLog } from '../streams/memory-log-fixture.ts';
import { Opener } from '../streams/opener.ts';
import { States } from '../streams/states.ts';
import { OrganizationNames } from './organization-names.ts';

const organizationId = randomUUID();
const [ann, ben] = [randomUUID(), randomUUID()];
const member: Member = { role: 'member', active: true, imported: false };

let log: MemoryLog;
let states: States;
let names: OrganizationNames;
/** Run once, where names wait for their keys: after the events were read, before they are opened. */
let whileKeysAreFetched: (() => Promise<void>) | undefined;

const keyring: Keyring = {
  prepare: async () => {
    const happens = whileKeysAreFetched;
    whileKeysAreFetched = undefined;
    await happens?.();
  },
  lookUp: () => ({ status: 'present', key: Buffer.alloc(32, 1) }),
  forget: () => undefined,
};
const sealer = new Sealer(keyring);

beforeEach(async () => {
  log = new MemoryLog();
  whileKeysAreFetched = undefined;
  states = new States(log, new Opener(keyring, sealer), () => 0);
  names = new OrganizationNames({ states, keyring, sealer });
  await append(ann, registered(ann, 'Ann'));
  await append(ben, registered(ben, 'Ben'));
});

const registered = (userId: string, displayName: string): UserEvent => ({
  type: 'UserRegistered',
  data: { userId, source: null },
  content: present({ displayName, email: null }),
});

/** Appends, and lets the subscription tell of it. */
async function append(userId: string, event: UserEvent): Promise<void> {
  const metadata = {
    organizationId,
    actorId: userId,
    commandId: randomUUID(),
    correlationId: randomUUID(),
    causationId: randomUUID(),
    occurredAt: new Date().toISOString(),
    sessionId: null,
  };
  const stream = streamOf.user(userId);
  await log.append(stream, [encodeEvent(event, randomUUID(), metadata, sealer)], { expectedRevision: 'any' });
  const last = log.of(stream).at(-1);
  if (last === undefined) return;
  states.applyFromFeed(last);
  names.applyFromFeed(last);
}

const calledAt = (index: Awaited<ReturnType<OrganizationNames['of']>>, text: string): string[] =>
  [...index.matchesAt(text)].flatMap(({ userIds }) => [...userIds]);

it('knows whoever joined while the names of the others were being read', async () => {
  const before = names.of(organizationId, new Map([[ann, member]]));
  const after = names.of(
    organizationId,
    new Map([
      [ann, member],
      [ben, member],
    ]),
  );
  expect(calledAt(await after, 'ben')).toEqual([ben]);
  expect(calledAt(await before, 'ann')).toEqual([ann]);
});

it('knows the new name of whoever was renamed while names were being read', async () => {
  whileKeysAreFetched = () =>
    append(ann, {
      type: 'ProfileChanged',
      data: { userId: ann },
      content: present({ displayName: 'Anna Lena' }),
    });
  const index = await names.of(organizationId, new Map([[ann, member]]));
  expect(calledAt(index, 'anna lena')).toEqual([ann]);
  expect(calledAt(index, 'ann')).toEqual([]);
});
