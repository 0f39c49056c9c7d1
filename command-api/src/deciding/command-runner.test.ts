import { randomUUID } from 'node:crypto';
import {
  createLogger,
  encodeEvent,
  Sealer,
  streamOf,
  type Keyring,
  type OrganizationEvent,
  type OrganizationState,
} from '@verbatim/shared';
import { beforeEach, describe, expect, it } from 'vitest';
import { decideOrganization } from '../organization/decide-organization.ts';
import { closedKeyring } from '../streams/closed-keyring.ts';
import { organizationKind } from '../streams/kinds.ts';
import { MemoryLog } from '../streams/memory-log-fixture.ts';
import { Opener } from '../streams/opener.ts';
import { StreamQueue } from '../streams/stream-queue.ts';
import { StreamStates } from '../streams/stream-states.ts';
import type { CommandContext } from './command-context.ts';
import { CommandRunner } from './command-runner.ts';
import { systemContext } from './system-context.ts';

const organizationId = randomUUID();
const [ann, ben] = [randomUUID(), randomUUID()];
const stream = streamOf.organization(organizationId);
const sealer = new Sealer(closedKeyring);
const joined = (userId: string): OrganizationEvent => ({
  type: 'UserJoined',
  data: { userId, role: 'owner', invitationId: null, imported: false },
});
const demoted = (userId: string): OrganizationEvent => ({
  type: 'OrganizationRoleChanged',
  data: { userId, role: 'member' },
});

let log: MemoryLog;
let states: StreamStates<OrganizationState, OrganizationEvent>;
/** Run once, where a command waits for its keys: after it was decided, before it is appended. */
let whileKeysAreFetched: (() => Promise<void>) | undefined;
let runner: CommandRunner;

/** The subscription has told everything until now, so a state that is held counts as recent. */
const feedAgeMs = (): number => 0;

beforeEach(async () => {
  log = new MemoryLog();
  whileKeysAreFetched = undefined;
  const keyring: Keyring = {
    ...closedKeyring,
    prepare: async () => {
      const happens = whileKeysAreFetched;
      whileKeysAreFetched = undefined;
      await happens?.();
    },
  };
  const opener = new Opener(keyring, sealer);
  states = new StreamStates({ kind: organizationKind, source: log, opener, feedAgeMs, maxWeight: 1_000 });
  runner = new CommandRunner({ eventStore: log, keyring, sealer, queue: new StreamQueue() });
  await fromElsewhere({ type: 'OrganizationCreated', data: { organizationId, name: 'O' } });
  await fromElsewhere(joined(ann));
  await fromElsewhere(joined(ben));
  await states.get(stream, 'now');
});

function contextOf(actorId: string): CommandContext {
  const cause = { commandId: randomUUID(), causationId: randomUUID() };
  const logger = createLogger({ name: 'test', level: 'silent' });
  return { ...systemContext(organizationId, 'ChangeUser', cause, logger), actorId };
}

/** Another process appends, and the subscription brings it here. */
async function fromElsewhere(event: OrganizationEvent): Promise<void> {
  const metadata = {
    organizationId,
    actorId: ann,
    commandId: randomUUID(),
    correlationId: randomUUID(),
    causationId: randomUUID(),
    occurredAt: new Date().toISOString(),
    sessionId: null,
  };
  await log.append(stream, [encodeEvent(event, randomUUID(), metadata, sealer)], { expectedRevision: 'any' });
  const last = log.of(stream).at(-1);
  if (last !== undefined) states.applyFromFeed(last);
}

const demote = (actorId: string, userId: string) =>
  runner.run(contextOf(actorId), {
    streams: states,
    stream,
    world: () => Promise.resolve(undefined),
    decide: (state) => decideOrganization({ type: 'ChangeUser', actorId, userId, role: 'member' }, state),
  });

describe('what another process appends after a command was decided, before it is appended,', () => {
  it('is decided on: two owners who demote each other leave one', async () => {
    whileKeysAreFetched = () => fromElsewhere(demoted(ben));
    await expect(demote(ben, ann)).rejects.toMatchObject({ code: 'forbidden' });
    expect(log.of(stream)).toHaveLength(4);
  });

  it('is decided on: the last owner stays', async () => {
    whileKeysAreFetched = () => fromElsewhere(demoted(ben));
    await expect(demote(ann, ann)).rejects.toMatchObject({ code: 'last-owner' });
    expect(log.of(stream)).toHaveLength(4);
  });

  it('may be what the command wanted: then nothing is added', async () => {
    whileKeysAreFetched = () => fromElsewhere(demoted(ben));
    await expect(demote(ann, ben)).resolves.toMatchObject({ revision: 3n, events: [] });
    expect(log.of(stream)).toHaveLength(4);
  });

  it('does not keep from being done what goes with it', async () => {
    const cid = randomUUID();
    whileKeysAreFetched = () => fromElsewhere(joined(cid));
    await expect(demote(ann, ben)).resolves.toMatchObject({ revision: 4n, events: [demoted(ben)] });
  });
});
