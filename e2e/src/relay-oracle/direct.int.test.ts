import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChatApi } from '../services/chat-api.ts';
import { startGrownUpSystem, type GrownUpSystem } from '../services/grown-up-system.ts';
import { cutClient, slowClient } from './client-faults.ts';
import { playRound, type Fault } from './play-round.ts';
import { seedsOfRun } from './seeds.ts';

/** Rounds in which somebody is erased take seconds longer. */
const erasureEvery = 6;

let system: GrownUpSystem;
let people: ChatApi[];

beforeAll(async () => {
  system = await startGrownUpSystem({ relays: 1, projectors: 1, isOverNats: false });
  const origins = { commandApi: system.commandApi.origin, queryApi: system.queryApi.origin };
  const owner = await ChatApi.signUp(origins, 'Owner');
  people = [owner, await owner.invite('Ann'), await owner.invite('Bob')];
}, 240_000);
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
  const heal = (): Promise<void> => {
    if (system.channel) system.channel.loses = () => false;
    return Promise.resolve();
  };

  test.concurrent.each(seedsOfRun({ short: 24, long: 2_000 }))(
    'seed %i: every client ends with what a fresh fetch gives',
    async (seed) => {
      const processFaults = seed % 4 === 0 ? [crash(relay), crash(projector)] : [];
      await playRound({
        seed,
        people,
        relayUrl: () => `ws://127.0.0.1:${relay()?.port ?? 0}/ws`,
        acts: 60,
        faults: [cutClient, cutClient, slowClient, slowClient, losePushes, cutChannel, ...processFaults],
        heal,
        guest: seed % erasureEvery === 0 ? await people[0]?.invite(`Guest ${seed}`) : undefined,
      });
    },
    120_000,
  );

  test.skipIf(process.env.ORACLE_SEED)(
    'pushes were lost in these rounds, or they would prove nothing',
    () => {
      expect(system.channel?.lost).toBeGreaterThan(0);
    },
  );
});
