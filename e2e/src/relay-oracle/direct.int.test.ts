import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChatApi } from '../services/chat-api.ts';
import { startGrownUpSystem, type GrownUpSystem } from '../services/grown-up-system.ts';
import { cutClient, slowClient, spoilToken } from './client-faults.ts';
import type { Guest } from './guest.ts';
import { playRound, type Fault } from './play-round.ts';
import { seedsOfRun } from './seeds.ts';

let system: GrownUpSystem;
let people: ChatApi[];
let furtherDevices: ChatApi[];

beforeAll(async () => {
  system = await startGrownUpSystem({ relays: 1, projectors: 1, isOverNats: false });
  const origins = { commandApi: system.commandApi.origin, queryApi: system.queryApi.origin };
  const owner = await ChatApi.signUp(origins, 'Owner');
  const bob = await owner.invite('Bob');
  people = [owner, await owner.invite('Ann'), bob];
  furtherDevices = [await bob.logInAgain()];
}, 600_000);
afterAll(() => system.stop());

describe('one relay on the direct channel', () => {
  const [relay, projector] = [() => system.relays[0], () => system.projectors[0]];
  const crash =
    (service: typeof relay): Fault =>
    async (random) => {
      await service()?.crash(random.below(200));
    };
  const losePushes: Fault = (random) => {
    const { channel } = system;
    if (channel) channel.loses = () => random.chance(0.4);
    return Promise.resolve();
  };
  const cutChannel: Fault = () => {
    system.channel?.cut();
    return Promise.resolve();
  };
  /** Rounds in which somebody is erased take seconds longer. */
  const guestOf = async (seed: number): Promise<Guest | undefined> => {
    const [owner] = people;
    if (owner === undefined || seed % 3 !== 0) return undefined;
    const person = await owner.invite(`Guest ${seed}`);
    return { person, fate: seed % 6 === 0 ? 'erased' : 'deactivated' };
  };
  const heal = (): Promise<void> => {
    if (system.channel) system.channel.loses = () => false;
    return Promise.resolve();
  };

  test.concurrent.each(seedsOfRun({ short: 18, long: 2_000 }))(
    'seed %i: every client ends with what a fresh fetch gives',
    async (seed) => {
      const processFaults = seed % 4 === 0 ? [crash(relay), crash(projector)] : [];
      await playRound({
        seed,
        people,
        furtherDevices,
        relayUrl: () => `ws://127.0.0.1:${relay()?.port ?? 0}/ws`,
        acts: 60,
        faults: [
          cutClient,
          cutClient,
          slowClient,
          slowClient,
          spoilToken,
          losePushes,
          cutChannel,
          ...processFaults,
        ],
        heal,
        guest: await guestOf(seed),
      });
    },
    300_000,
  );

  test.skipIf(process.env.ORACLE_SEED)(
    'pushes were lost in these rounds, or they would prove nothing',
    () => {
      expect(system.channel?.lost).toBeGreaterThan(0);
    },
  );
});
