import { hasNatsServer } from '@verbatim/testing';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { ChatApi } from '../services/chat-api.ts';
import { startGrownUpSystem, type GrownUpSystem } from '../services/grown-up-system.ts';
import { cutClient, slowClient, spoilToken } from './client-faults.ts';
import { playRound, type Fault } from './play-round.ts';
import type { SeededRandom } from './seeded-random.ts';
import { seedsOfRun } from './seeds.ts';

// Without the program there is nothing to test against: Debian has it as `nats-server`.
describe.skipIf(!hasNatsServer())('two relays and two projectors over NATS', () => {
  let system: GrownUpSystem;
  let people: ChatApi[];
  let furtherDevices: ChatApi[];

  beforeAll(async () => {
    system = await startGrownUpSystem({ relays: 2, projectors: 2, isOverNats: true });
    const origins = { commandApi: system.commandApi.origin, queryApi: system.queryApi.origin };
    const owner = await ChatApi.signUp(origins, 'Owner');
    const bob = await owner.invite('Bob');
    people = [owner, await owner.invite('Ann'), bob];
    furtherDevices = [await bob.logInAgain()];
  }, 600_000);
  afterAll(() => system.stop());

  /** One of two: the other goes on. */
  const crashOneOf =
    (kind: 'relays' | 'projectors'): Fault =>
    async (random) => {
      await random.pick(system[kind]).crash(random.below(300), 'live');
    };
  const restartNats: Fault = async () => {
    await system.nats?.restart();
  };
  /** Clients go from relay to relay, as a balancer sends them. */
  const relayUrl = (random: SeededRandom): string => `ws://127.0.0.1:${random.pick(system.relays).port}/ws`;

  test.concurrent.each(seedsOfRun({ short: 6, long: 1_000 }))(
    'seed %i: every client ends with what a fresh fetch gives',
    async (seed) => {
      const harsh = [crashOneOf('relays'), crashOneOf('projectors'), restartNats];
      await playRound({
        seed,
        people,
        furtherDevices,
        relayUrl,
        acts: 60,
        faults: [
          cutClient,
          cutClient,
          slowClient,
          slowClient,
          spoilToken,
          ...harsh.slice(seed % 3, (seed % 3) + 1),
        ],
        heal: () => Promise.resolve(),
      });
    },
    300_000,
  );
});
