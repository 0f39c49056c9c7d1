import monitoring, { type StatsResp } from '@eventstore/db-client/generated/monitoring_pb.js';
import operations from '@eventstore/db-client/generated/operations_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import { convertToCommandError, EventStoreDBClient, ScavengeNotFoundError } from '@eventstore/db-client';
import { status, type ServiceError } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { startEventStore } from '../server.ts';
import { collect, newStream, oneEvent } from '../testing/events.ts';
import { rawCaller } from '../testing/raw-call.ts';
import { launchStore } from '../testing/store-process.ts';
import { ADMIN, temporaryDirectory, useTestStore } from '../testing/test-store.ts';

const store = useTestStore({ insecure: false });
const path = (method: string): string => `/event_store.client.operations.Operations/${method}`;
const OPS_LOGIN = { username: 'ops', password: 'changeit' };

describe('operations', () => {
  it.each(['MergeIndexes', 'ResignNode', 'SetNodePriority', 'RestartPersistentSubscriptions'])(
    '%s is for operators',
    async (method) => {
      const call = (login?: typeof ADMIN) =>
        rawCaller(store.server, login).unary(path(method), new empty.Empty(), (bytes) => bytes);
      expect(await call(OPS_LOGIN)).toHaveLength(0);
      await expect(call()).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    },
  );

  it('a scavenge is over as soon as it begins, and cannot be stopped', async () => {
    const caller = rawCaller(store.server, ADMIN);
    const started = await caller.unary(path('StartScavenge'), new operations.StartScavengeReq(), (bytes) =>
      operations.ScavengeResp.deserializeBinary(bytes),
    );
    expect(started.getScavengeResult()).toBe(operations.ScavengeResp.ScavengeResult.STOPPED);
    const options = new operations.StopScavengeReq.Options();
    options.setScavengeId(started.getScavengeId());
    const request = new operations.StopScavengeReq();
    request.setOptions(options);
    const stopping = caller.unary(path('StopScavenge'), request, (bytes) =>
      operations.ScavengeResp.deserializeBinary(bytes),
    );
    const error = await stopping.catch((thrown: unknown) => thrown as ServiceError);
    expect(error).toMatchObject({ code: status.NOT_FOUND });
    const known: unknown = convertToCommandError(error as ServiceError);
    expect(known).toBeInstanceOf(ScavengeNotFoundError);
    expect(known).toMatchObject({ scavengeId: started.getScavengeId() });
  });

  it('a shutdown stops the program as a signal would', async () => {
    const process = await launchStore({ directory: temporaryDirectory() });
    const server = { port: Number(/:(\d+)\?/.exec(process.connectionString)?.[1]), authorityFile: undefined };
    await rawCaller(server)
      .unary(path('Shutdown'), new empty.Empty(), (bytes) => bytes)
      .catch(() => undefined);
    expect(await process.exited).toBe(0);
  });
});

it('monitoring sends figures again and again, to those who are signed in', async () => {
  const request = new monitoring.StatsReq();
  request.setRefreshTimePeriodInMs('100');
  const stats = (login?: typeof ADMIN) =>
    rawCaller(store.server, login).stream(
      '/event_store.client.monitoring.Monitoring/Stats',
      request,
      (bytes) => monitoring.StatsResp.deserializeBinary(bytes),
    );
  const figures: StatsResp[] = [];
  for await (const each of stats(ADMIN)) if (figures.push(each) === 2) break;
  expect(Number(figures[0]?.getStatsMap().get('es-head-position'))).toBeGreaterThan(0);
  await expect(collect(stats())).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
});

it('a client that is given several addresses finds the node that leads', async () => {
  const server = await startEventStore({ directory: temporaryDirectory(), port: 0, insecure: true });
  const { port } = server;
  const several = `esdb://127.0.0.1:${port},127.0.0.1:${port}?tls=false&nodePreference=leader`;
  const client = EventStoreDBClient.connectionString(several);
  const stream = newStream();
  await client.appendToStream(stream, oneEvent());
  expect(await collect(client.readStream(stream))).toHaveLength(1);
  await client.dispose();
  await server.stop();
  expect(await server.closed).toBeUndefined();
});
