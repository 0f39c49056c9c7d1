import { randomUUID } from 'node:crypto';
import serverFeaturesServices from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import serverFeatures from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streamsServices from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { ServerDuplexStream, ServerWritableStream } from '@grpc/grpc-js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { connectEventStore, type EventStore } from './event-store.ts';

type BatchCall = ServerDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>;
type ReadCall = ServerWritableStream<streams.ReadReq, streams.ReadResp>;
interface Faults {
  readonly onAppend: (call: BatchCall, request: streams.BatchAppendReq) => void;
  readonly onSubscribe?: (call: ReadCall) => void;
  readonly onRead?: (call: ReadCall) => void;
}

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A server that speaks the protocol and misbehaves as told; what no real one does when asked to. */
async function connectToFaulty({
  onAppend,
  onSubscribe,
  onRead = (call) => call.end(),
}: Faults): Promise<EventStore> {
  const server = new Server();
  const ignore = (): void => undefined;
  server.addService(streamsServices.StreamsService, {
    batchAppend: (call: BatchCall) =>
      call.on('data', (request: streams.BatchAppendReq) => onAppend(call, request)),
    read: (call: ReadCall) => {
      if (call.request.getOptions()?.hasSubscription() === true) onSubscribe?.(call);
      else onRead(call);
    },
    append: ignore,
    delete: ignore,
    tombstone: ignore,
  });
  server.addService(serverFeaturesServices.ServerFeaturesService, {
    getSupportedMethods: (
      _call: unknown,
      reply: (error: null, methods: serverFeatures.SupportedMethods) => void,
    ) => {
      const method = new serverFeatures.SupportedMethod();
      method.setServiceName('event_store.client.streams.streams');
      method.setMethodName('batchappend');
      const methods = new serverFeatures.SupportedMethods();
      methods.setMethodsList([method]);
      reply(null, methods);
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  const store = connectEventStore({
    url: `esdb://127.0.0.1:${port}?tls=false`,
    logger: { warn: () => undefined },
  });
  ends.push(
    () => server.forceShutdown(),
    () => store.close(),
  );
  return store;
}

function acknowledge(call: BatchCall, request: streams.BatchAppendReq): void {
  const position = new shared.AllStreamPosition();
  position.setCommitPosition('7');
  position.setPreparePosition('7');
  const success = new streams.BatchAppendResp.Success();
  success.setCurrentRevision('0');
  success.setPosition(position);
  const reply = new streams.BatchAppendResp();
  reply.setCorrelationId(request.getCorrelationId());
  reply.setStreamIdentifier(request.getOptions()?.getStreamIdentifier());
  reply.setSuccess(success);
  call.write(reply);
}

const patience = { timeout: 30_000 };
const append = (store: EventStore, timeoutMs = 10_000) =>
  store.append('room-1', [{ id: randomUUID(), type: 'Happened', data: {}, metadata: {} }], {
    expectedRevision: 'any',
    timeoutMs,
  });
const appended = { status: 'appended', revision: 0n, position: 7n };

describe('an append to a server', () => {
  it('that answers is known to be stored, so that the faults below mean something', async () => {
    const store = await connectToFaulty({ onAppend: acknowledge });
    expect(await append(store)).toEqual(appended);
  });

  it('that never answers is unknown in time, and so is every other', async () => {
    const store = await connectToFaulty({ onAppend: () => undefined });
    const startedAt = performance.now();
    const outcomes = await Promise.all([1, 2, 3].map(() => append(store, 200)));
    expect(outcomes.map(({ status: outcome }) => outcome)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(performance.now() - startedAt).toBeLessThan(5_000); // of the ten seconds that another client would wait
  });

  it('that ends the call as if all were well is unknown, and the next one is stored', async () => {
    const calls = new Set<BatchCall>();
    const store = await connectToFaulty({
      onAppend: (call, request) => {
        calls.add(call);
        if (calls.size === 1) call.end();
        else acknowledge(call, request);
      },
    });
    expect(await append(store, 200)).toMatchObject({ status: 'unknown' });
    await vi.waitFor(async () => expect(await append(store, 500)).toEqual(appended), patience);
    expect(calls.size).toBe(2);
  });

  it('that breaks the call is unknown for all who wait, and the next one is stored', async () => {
    let broken = 0;
    const store = await connectToFaulty({
      onAppend: (call, request) => {
        if (broken === 0) acknowledge(call, request);
        if (broken === 1) call.emit('error', { code: status.UNAVAILABLE, details: 'broken' });
        if (broken > 1) acknowledge(call, request);
      },
    });
    expect(await append(store)).toEqual(appended);
    broken = 1;
    const outcomes = await Promise.all([append(store), append(store), append(store)]);
    expect(outcomes.map(({ status: outcome }) => outcome)).toContain('unknown');
    broken = 2;
    await vi.waitFor(async () => expect(await append(store, 500)).toEqual(appended), patience);
  });
});

describe('a read from a server', () => {
  it('that says nothing, or nothing more, fails', async () => {
    const says: ((call: ReadCall) => void)[] = [
      () => undefined,
      (call) => call.write(new streams.ReadResp()),
    ];
    await Promise.all(
      says.map(async (onRead) => {
        const store = await connectToFaulty({ onAppend: acknowledge, onRead });
        await expect(store.head()).rejects.toMatchObject({ name: 'EventStoreFault', isRetryable: true });
      }),
    );
  });
});

describe('a subscription to a server', () => {
  it.each([
    ['ends it as if all were well', (call: ReadCall) => call.end()],
    ['breaks it', (call: ReadCall) => call.emit('error', { code: status.UNAVAILABLE, details: 'broken' })],
    ['cancels it', (call: ReadCall) => call.emit('error', { code: status.CANCELLED, details: 'cancelled' })],
    ['refuses it', (call: ReadCall) => call.emit('error', { code: status.PERMISSION_DENIED, details: 'no' })],
  ])('that %s is tried again and again', async (_, onSubscribe) => {
    let tries = 0;
    const store = await connectToFaulty({
      onAppend: acknowledge,
      onSubscribe: (call) => {
        tries += 1;
        onSubscribe(call);
      },
    });
    const abort = new AbortController();
    const subscription = store.subscribeToAll({
      fromPosition: 'start',
      streamPrefixes: ['room-'],
      signal: abort.signal,
    });
    await vi.waitFor(() => expect(tries).toBeGreaterThan(3), patience);
    expect(subscription.state.isCaughtUp).toBe(false);
    abort.abort();
    await vi.waitFor(async () => expect(await subscription.nextBatch(1)).toBeUndefined(), patience);
  });
});
