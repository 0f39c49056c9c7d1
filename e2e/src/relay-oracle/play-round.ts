import { setTimeout as wait } from 'node:timers/promises';
import { newId } from '@verbatim/shared/browser';
import { expect, vi } from 'vitest';
import { Refused, type ChatApi } from '../services/chat-api.ts';
import { OracleClient } from './oracle-client.ts';
import { actAtRandom, type Stage } from './random-acts.ts';
import { SeededRandom } from './seeded-random.ts';

/** Something that goes wrong, and the way back to order. */
export type Fault = (random: SeededRandom, clients: readonly OracleClient[]) => Promise<void>;

export interface Round {
  readonly seed: number;
  readonly people: readonly ChatApi[];
  /** The relay that a client connects to, asked before each connection. */
  readonly relayUrl: (random: SeededRandom) => string;
  readonly acts: number;
  /** One of these goes wrong now and then. */
  readonly faults: readonly Fault[];
  /** Ends what faults have left behind. */
  readonly heal: () => Promise<void>;
  /** Somebody else, who speaks, and is erased while the others go on. The first of `people` may ask for that. */
  readonly guest?: ChatApi | undefined;
}

const settledWithinMs = 30_000;

/**
 * The law of the live feed: whatever was done and whatever went wrong meanwhile, once all is well each client's
 * state is what a fresh fetch gives.
 */
export async function playRound(round: Round): Promise<void> {
  const { seed, people, relayUrl, acts, faults, heal, guest } = round;
  const random = new SeededRandom(seed);
  const roomIds = [newId(), newId()];
  const clients = people.map((person) => {
    // One of its own for each: how often they connect depends on the machine, and the acts must not depend on it.
    const routes = new SeededRandom(random.below(2 ** 32));
    return new OracleClient(
      person,
      () => relayUrl(routes),
      (roomId) => roomIds.includes(roomId),
    );
  });
  const stage: Stage = { random, people, clients, roomIds, messages: [] };
  try {
    for (const [index, id] of roomIds.entries())
      await random.pick(people).command('POST', '/chat/rooms', {
        id,
        kind: index === 0 ? 'channel' : 'group',
        name: `seed ${seed}`,
        participantIds: [...people, ...(guest ? [guest] : [])].map(({ userId }) => userId),
      });
    if (guest) await speak(stage, guest);
    const erasedAt = guest ? random.below(acts) : undefined;
    const pending: Promise<unknown>[] = [];
    for (let count = 0; count < acts; count += 1) {
      if (count === erasedAt) pending.push(erase(people, guest));
      pending.push(actAtRandom(stage));
      if (random.chance(0.3)) await Promise.all(pending.splice(0));
      if (random.chance(0.08)) await wait(random.below(60));
      if (random.chance(0.06)) await random.pick(faults)(random, clients);
    }
    await Promise.all(pending);
    await heal();
    for (const client of clients) client.resume();
    await vi.waitFor(() => compareAll(clients), { timeout: settledWithinMs, interval: 100 });
  } catch (error) {
    throw new Error(`the round of seed ${seed} failed; play it alone with ORACLE_SEED=${seed}`, {
      cause: error,
    });
  } finally {
    for (const client of clients) client.stop();
  }
}

/** So that there is something to react to, to answer and to take away. */
async function speak({ random, roomIds, messages }: Stage, guest: ChatApi): Promise<void> {
  for (const roomId of roomIds)
    for (let count = 1 + random.below(4); count > 0; count -= 1) {
      const id = newId();
      await guest.command('POST', `/chat/rooms/${roomId}/messages`, { id, text: `said by a guest ${count}` });
      messages.push({ id, roomId, author: guest });
    }
}

async function erase([owner]: readonly ChatApi[], guest: ChatApi | undefined): Promise<void> {
  if (owner === undefined || guest === undefined) throw new Error('nobody to be erased');
  const body = { userId: guest.userId, reason: 'their wish' };
  for (;;) {
    try {
      await owner.command('POST', '/audit/erasures', body);
      return;
    } catch (error) {
      // While projectors are away it is asked for again, and is the same erasure.
      if (!(error instanceof Refused && error.problem.code === 'unavailable')) throw error;
    }
  }
}

async function compareAll(clients: readonly OracleClient[]): Promise<void> {
  for (const client of clients) {
    const seen = client.seen();
    if (seen === undefined) throw new Error('a client is not settled yet');
    const fresh = await client.fetchAfresh();
    expect(client.live.outbox.value.filter(({ status }) => status === 'sending')).toEqual([]);
    expect([...seen.keys()].sort()).toEqual([...fresh.keys()].sort());
    for (const [roomId, room] of fresh) expect(seen.get(roomId)).toEqual(room);
  }
}
