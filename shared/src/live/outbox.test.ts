import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Problem } from '../problems/problem.ts';
import { memoryStorage } from './memory-storage-fixture.ts';
import { createOutboxStorage } from './outbox-storage.ts';
import { createOutbox, type Outbox, type SendOutcome } from './outbox.ts';
import type { OutboxEntry } from './outbox-entry.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const roomA = '01890000-0000-7000-8000-00000000000a';
const roomB = '01890000-0000-7000-8000-00000000000b';
const taken = (position: string): SendOutcome => ({ status: 'taken', position });
const refused = (code: 'forbidden' | 'busy', retryAfterSeconds?: number): SendOutcome => ({
  status: 'refused',
  problem: new Problem(code, retryAfterSeconds === undefined ? {} : { retryAfterSeconds }).toDetails(),
});

/** A line to the server whose answers the test gives, in the order of the tries. */
function line() {
  const tries: { readonly entry: OutboxEntry; readonly answer: (outcome: SendOutcome) => void }[] = [];
  const transmit = (entry: OutboxEntry): Promise<SendOutcome> =>
    new Promise((answer) => tries.push({ entry, answer }));
  const answer = async (index: number, outcome: SendOutcome): Promise<void> => {
    tries[index]?.answer(outcome);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { tries, transmit, answer };
}
const statuses = (outbox: Outbox) => outbox.entries.value.map(({ status }) => status);

describe('the outbox', () => {
  test('sends a room’s messages one after another, and rooms beside each other', async () => {
    const outbox = createOutbox(createOutboxStorage(memoryStorage(), 'me'));
    const { tries, transmit, answer } = line();
    outbox.startSending(transmit);
    outbox.add({ roomId: roomA, text: 'one' });
    outbox.add({ roomId: roomA, text: 'two' });
    outbox.add({ roomId: roomB, text: 'other room' });
    expect(tries.map(({ entry }) => entry.text)).toEqual(['one', 'other room']);
    await answer(0, taken('1'));
    expect(tries.map(({ entry }) => entry.text)).toEqual(['one', 'other room', 'two']);
    expect(statuses(outbox)).toEqual(['sent', 'sending', 'sending']);
  });

  test('sends again under the same id when the outcome is not known', async () => {
    const outbox = createOutbox(createOutboxStorage(memoryStorage(), 'me'));
    const { tries, transmit, answer } = line();
    outbox.startSending(transmit);
    const { id } = outbox.add({ roomId: roomA, text: 'one' });
    await answer(0, { status: 'unknown' });
    await vi.advanceTimersByTimeAsync(1_000);
    await answer(1, taken('1'));
    expect(tries.map(({ entry }) => entry.id)).toEqual([id, id]);
    expect(statuses(outbox)).toEqual(['sent']);
  });

  test('waits at least as long as a busy server asks', async () => {
    const outbox = createOutbox(createOutboxStorage(memoryStorage(), 'me'));
    const { tries, transmit, answer } = line();
    outbox.startSending(transmit);
    outbox.add({ roomId: roomA, text: 'one' });
    await answer(0, refused('busy', 7));
    await vi.advanceTimersByTimeAsync(6_999);
    expect(tries).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_001);
    expect(tries).toHaveLength(2);
  });

  test('gives a refusal back to the person, who may try again or let go', async () => {
    const outbox = createOutbox(createOutboxStorage(memoryStorage(), 'me'));
    const { tries, transmit, answer } = line();
    outbox.startSending(transmit);
    const first = outbox.add({ roomId: roomA, text: 'one' });
    const second = outbox.add({ roomId: roomA, text: 'two' });
    await answer(0, refused('forbidden'));
    expect(outbox.entries.value[0]).toMatchObject({ status: 'failed', problem: { code: 'forbidden' } });
    await answer(1, taken('2'));
    outbox.retry(first.id);
    expect(tries[2]?.entry.id).toBe(first.id);
    await answer(2, refused('forbidden'));
    outbox.discard(first.id);
    expect(outbox.entries.value.map(({ id }) => id)).toEqual([second.id]);
  });

  test('keeps over a reload what was not taken yet, and nothing that was', async () => {
    const storage = memoryStorage();
    const outbox = createOutbox(createOutboxStorage(storage, 'me'));
    const { transmit, answer } = line();
    outbox.startSending(transmit);
    outbox.add({ roomId: roomA, text: 'taken' });
    const open = outbox.add({ roomId: roomA, text: 'open' });
    await answer(0, taken('1'));
    const reloaded = createOutbox(createOutboxStorage(storage, 'me'));
    expect(reloaded.entries.value).toEqual([open]);
    expect(createOutbox(createOutboxStorage(storage, 'somebody else')).entries.value).toEqual([]);
  });

  test('is done with a message that came back as a frame before its answer', async () => {
    const outbox = createOutbox(createOutboxStorage(memoryStorage(), 'me'));
    const { tries, transmit, answer } = line();
    outbox.startSending(transmit);
    const { id } = outbox.add({ roomId: roomA, text: 'one' });
    outbox.settle(id);
    outbox.add({ roomId: roomA, text: 'two' });
    await answer(0, { status: 'unknown' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tries.map(({ entry }) => entry.text)).toEqual(['one', 'two']);
    expect(statuses(outbox)).toEqual(['sending']);
  });

  test('drops what is not an entry of ours from the storage', () => {
    const storage = memoryStorage();
    storage.setItem('verbatim.outbox.me.x', '{"status":"sending"');
    expect(createOutboxStorage(storage, 'me').load()).toEqual([]);
    expect(storage.length).toBe(0);
  });
});
