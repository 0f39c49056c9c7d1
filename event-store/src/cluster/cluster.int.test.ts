import { EventStoreDBClient } from '@eventstore/db-client';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import { expect, it } from 'vitest';
import { collect, newStream, oneEvent } from '../testing/events.ts';
import { rawCaller } from '../testing/raw-call.ts';
import { useTestStore } from '../testing/test-store.ts';

const store = useTestStore({ insecure: false });

it('anybody may ask what the server can do', async () => {
  const answer = await rawCaller(store.server).unary(
    '/event_store.client.server_features.ServerFeatures/GetSupportedMethods',
    new empty.Empty(),
    (bytes) => features.SupportedMethods.deserializeBinary(bytes),
  );
  expect(answer.getEventStoreServerVersion()).toBe('24.10.0');
  const methods = answer.getMethodsList().map((method): [string, string[]] => {
    const [service] = method.getServiceName().split('.').slice(-1);
    return [`${service}/${method.getMethodName()}`, method.getFeaturesList().sort()];
  });
  const both = ['all', 'stream'];
  const expected: Record<string, string[]> = {
    'streams/read': ['events', 'position'],
    'streams/append': [],
    'streams/delete': [],
    'streams/tombstone': [],
    'streams/batchappend': ['deadline_duration'],
    'persistentsubscriptions/create': both,
    'persistentsubscriptions/update': both,
    'persistentsubscriptions/delete': both,
    'persistentsubscriptions/read': both,
    'persistentsubscriptions/getinfo': both,
    'persistentsubscriptions/replayparked': both,
    'persistentsubscriptions/list': both,
    'persistentsubscriptions/restartsubsystem': both,
    'projections/enable': [],
    'projections/statistics': [],
    'gossip/read': [],
    'monitoring/stats': [],
    'operations/shutdown': [],
    'users/details': [],
    'serverfeatures/getsupportedmethods': [],
  };
  expect(Object.fromEntries(methods)).toMatchObject(expected);
});

it('anybody may ask for the members: one, which leads, where clients can reach it', async () => {
  const before = Date.now();
  const answer = await rawCaller(store.server).unary(
    '/event_store.client.gossip.Gossip/Read',
    new empty.Empty(),
    (bytes) => gossip.ClusterInfo.deserializeBinary(bytes),
  );
  const [member, ...others] = answer.getMembersList();
  expect(others).toEqual([]);
  expect(member?.getIsAlive()).toBe(true);
  expect(member?.getState()).toBe(gossip.MemberInfo.VNodeState.LEADER);
  expect(member?.getInstanceId()?.getString()).toMatch(/^[\da-f-]{36}$/);
  expect(Number(member?.getTimeStamp()) / 10_000).toBeGreaterThanOrEqual(before);
  const { address, port } = member?.getHttpEndPoint()?.toObject() ?? {};
  expect([address, port]).toEqual(['127.0.0.1', store.server.port]);
});

it.each(['leader', 'follower', 'random', 'read_only_replica'])(
  'a client that prefers a %s finds the node without signing in for it',
  async (preference) => {
    const [authority = '', query = ''] = store.server.connectionString.replace('esdb://', '').split('?');
    const several = `esdb://${authority},${authority}?${query}&nodePreference=${preference}`;
    const client = EventStoreDBClient.connectionString(several);
    const stream = newStream();
    await client.appendToStream(stream, oneEvent());
    expect(await collect(client.readStream(stream))).toHaveLength(1);
    await client.dispose();
  },
);
