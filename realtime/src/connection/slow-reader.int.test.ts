import { createMetrics } from '@verbatim/shared';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { patience } from '../testing/client-socket.ts';
import { startRelayFixture, type RelayFixture } from '../testing/relay-fixture.ts';

let fixture: RelayFixture;
beforeAll(async () => {
  fixture = await startRelayFixture();
});
afterAll(() => fixture.stop());

/** Some megabytes lie in the system's own buffers before the relay notices. */
const longText = '漢'.repeat(16_384);
const maxMessages = 1_000;

test('a reader that stops reading is cut, hurts nobody, and resumes where it stood', async () => {
  const { world } = fixture;
  const [ann, bob] = [await world.person('Ann'), await world.person('Bob')];
  const roomId = await world.room([ann, bob]);
  const metrics = createMetrics('slow-reader', { withProcessMetrics: false });
  const { url, stop } = await fixture.startRelay({ metrics });
  const [stuck, other] = [
    await fixture.enter(ann, undefined, { url }),
    await fixture.enter(bob, undefined, { url }),
  ];
  stuck.webSocket.pause();
  const isCut = async (): Promise<boolean> =>
    (await metrics.registry.getSingleMetricAsString('relay_cut_sockets_total')).endsWith(' 1');
  let lastSeq = 0;
  for (let count = 0; count < maxMessages && !(await isCut()); count += 1)
    lastSeq = await world.send(roomId, bob, longText);
  expect(await isCut()).toBe(true);
  await vi.waitFor(() => expect(other.seqs(roomId).at(-1)).toBe(lastSeq), patience);
  expect(other.closed).toBeUndefined();

  stuck.webSocket.resume();
  // Where the close frame no longer got through, the connection just ends.
  expect([4408, 1006]).toContain((await stuck.ended()).code);
  const stoodAt = stuck.seqs(roomId).at(-1) ?? 2;
  const back = await fixture.enter(ann, { [roomId]: stoodAt });
  await vi.waitFor(() => expect(back.seqs(roomId).at(-1)).toBe(lastSeq), patience);
  expect([...stuck.seqs(roomId), ...back.seqs(roomId)]).toEqual(other.seqs(roomId));
  await stop();
});
