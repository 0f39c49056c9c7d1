import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  AccessDeniedError,
  binaryEvent,
  EventStoreDBClient,
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
} from '@eventstore/db-client';
import { describe, expect, it } from 'vitest';
import { startEventStore } from '../server.ts';
import { collect, newStream, oneEvent, someEvents } from '../testing/events.ts';
import { consume } from '../testing/recorded-consumer.ts';
import { record } from '../testing/recorded-subscription.ts';
import { ADMIN, OPS, temporaryDirectory, useTestStore } from '../testing/test-store.ts';
import { issueUserCertificate } from './tls-files.ts';

const store = useTestStore({ insecure: false });

describe('a secure store', () => {
  it('keeps its private keys to itself', () => {
    for (const key of ['ca.key', 'server.key']) {
      expect(statSync(join(store.directory, 'certificates', key)).mode & 0o077).toBe(0);
    }
  });

  it.each([
    ['a wrong password', { username: 'admin', password: 'wrong' }],
    ['an unknown user', { username: 'nobody', password: 'changeit' }],
  ])('denies access with %s, by every kind of call', async (_name, credentials) => {
    const stream = newStream();
    const client = store.connect(credentials);
    const calls = [
      () => client.appendToStream(stream, oneEvent()),
      () => client.appendToStream(stream, oneEvent(), { credentials }),
      () => collect(client.readStream(stream)),
      () => collect(client.readAll({ maxCount: 1 })),
      () => client.deleteStream(stream),
      () => client.tombstoneStream(stream),
      () => client.getStreamMetadata(stream),
      () =>
        record(client.subscribeToStream(stream))
          .expectError()
          .then((error) => Promise.reject(error)),
    ];
    for (const call of calls) await expect(call()).rejects.toBeInstanceOf(AccessDeniedError);
  });

  it('accepts the right password again and again', async () => {
    const client = store.connect(OPS);
    const stream = newStream();
    for (const event of someEvents(20)) await client.appendToStream(stream, event);
    expect(await collect(client.readStream(stream))).toHaveLength(20);
  });

  it('lets everybody use ordinary streams and nobody but administrators read all of them', async () => {
    const anonymous = store.connect();
    const stream = newStream();
    await anonymous.appendToStream(stream, oneEvent());
    expect(await collect(anonymous.readStream(stream))).toHaveLength(1);
    for (const client of [anonymous, store.connect(OPS)]) {
      await expect(collect(client.readAll({ maxCount: 1 }))).rejects.toBeInstanceOf(AccessDeniedError);
      await expect(collect(client.readStream('$users'))).rejects.toBeInstanceOf(AccessDeniedError);
      await expect(client.appendToStream('$mine', oneEvent())).rejects.toBeInstanceOf(AccessDeniedError);
      await expect(record(client.subscribeToAll()).expectError()).resolves.toBeInstanceOf(AccessDeniedError);
    }
    expect(await collect(store.client.readAll({ maxCount: 2, fromPosition: START }))).toHaveLength(2);
  });
});

describe('the access list of a stream', () => {
  it('says who may read, write, delete and see the metadata', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, oneEvent());
    await store.client.setStreamMetadata(stream, {
      acl: { readRoles: ['$ops'], writeRoles: ['$admins'], deleteRoles: ['$admins'], metaReadRoles: ['ops'] },
    });
    const anonymous = store.connect();
    const ops = store.connect(OPS);
    await expect(collect(anonymous.readStream(stream))).rejects.toBeInstanceOf(AccessDeniedError);
    expect(await collect(ops.readStream(stream))).toHaveLength(1);
    await expect(ops.appendToStream(stream, oneEvent())).rejects.toBeInstanceOf(AccessDeniedError);
    await expect(ops.appendToStream(stream, oneEvent(), { credentials: OPS })).rejects.toBeInstanceOf(
      AccessDeniedError,
    );
    await expect(ops.deleteStream(stream)).rejects.toBeInstanceOf(AccessDeniedError);
    expect(await ops.getStreamMetadata(stream)).toMatchObject({ streamName: stream });
    await expect(anonymous.getStreamMetadata(stream)).rejects.toBeInstanceOf(AccessDeniedError);
    await store.client.appendToStream(stream, oneEvent());
  });

  it('ends subscriptions of those who lose their right, before they get anything else', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, oneEvent());
    const subscription = record(store.connect(OPS).subscribeToStream(stream));
    await subscription.expectCaughtUp();
    await store.client.setStreamMetadata(stream, { acl: { readRoles: ['$admins'] } });
    await store.client.appendToStream(stream, oneEvent());
    expect(await subscription.expectError()).toBeInstanceOf(AccessDeniedError);
    expect(subscription.events).toHaveLength(1);
  });

  it('may name one user or group without a list, and leaves to others what it does not say', async () => {
    const stream = newStream();
    const [anonymous, ops] = [store.connect(), store.connect(OPS)];
    await store.client.appendToStream(stream, oneEvent());
    const acl = { readRoles: 'ops', metaWriteRoles: '$ops' } as never;
    await store.client.setStreamMetadata(stream, { acl });
    await expect(collect(anonymous.readStream(stream))).rejects.toBeInstanceOf(AccessDeniedError);
    expect(await collect(ops.readStream(stream))).toHaveLength(1);
    await anonymous.appendToStream(stream, oneEvent());
    const changing = anonymous.setStreamMetadata(stream, { maxCount: 1 });
    await expect(changing).rejects.toBeInstanceOf(AccessDeniedError);
    await ops.setStreamMetadata(stream, { maxCount: 1 });
    expect(await collect(anonymous.readStream(stream))).toHaveLength(1);
  });

  it('is not got round by a link', async () => {
    const [secret, open, group] = [newStream(), newStream(), newStream('group')];
    await store.client.appendToStream(secret, oneEvent());
    await store.client.setStreamMetadata(secret, { acl: { readRoles: ['$admins'] } });
    const anonymous = store.connect();
    const data = Buffer.from(`0@${secret}`);
    await anonymous.appendToStream(open, binaryEvent({ type: '$>', data }));
    const [hidden] = await collect(anonymous.readStream(open, { resolveLinkTos: true }));
    expect([hidden?.event, hidden?.link?.streamId]).toEqual([undefined, open]);
    const [shown] = await collect(store.client.readStream(open, { resolveLinkTos: true }));
    expect(shown?.event?.streamId).toBe(secret);

    const subscription = record(anonymous.subscribeToStream(open, { resolveLinkTos: true }));
    await store.client.createPersistentSubscriptionToStream(
      open,
      group,
      persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START, resolveLinkTos: true }),
    );
    const consumer = consume(anonymous.subscribeToPersistentSubscriptionToStream(open, group));
    for (const [resolved] of [await subscription.expectEvents(1), await consumer.expectDeliveries(1)]) {
      expect([resolved?.event, resolved?.link?.streamId]).toEqual([undefined, open]);
    }
    await Promise.all([subscription.unsubscribe(), consumer.unsubscribe()]);
  });

  it('falls back to the defaults in $settings', async () => {
    const stream = newStream();
    const anonymous = store.connect();
    await anonymous.appendToStream(stream, oneEvent());
    const subscription = record(anonymous.subscribeToStream(stream));
    await subscription.expectCaughtUp();
    const locked = { $userStreamAcl: { $r: ['$admins'] } };
    await store.client.appendToStream('$settings', oneEvent(locked, 'update-default-acl'));
    expect(await subscription.expectError()).toBeInstanceOf(AccessDeniedError);
    await expect(collect(anonymous.readStream(stream))).rejects.toBeInstanceOf(AccessDeniedError);
    await anonymous.appendToStream(stream, oneEvent());
    await store.client.appendToStream('$settings', oneEvent({}, 'update-default-acl'));
    expect(await collect(anonymous.readStream(stream))).toHaveLength(2);
  });
});

describe('a client certificate', () => {
  const connectWith = (certificate: string, privateKey: string, credentials = ''): EventStoreDBClient => {
    const { port, authorityFile = '' } = store.server;
    return new EventStoreDBClient(
      { endpoint: `127.0.0.1:${port}` },
      {
        rootCertificate: readFileSync(authorityFile),
        userCertFile: Buffer.from(certificate),
        userKeyFile: Buffer.from(privateKey),
      },
      credentials === '' ? undefined : { username: credentials, password: 'changeit' },
    );
  };

  it('signs its user in', async () => {
    const { certificate, privateKey } = issueUserCertificate(join(store.directory, 'certificates'), 'admin');
    const client = connectWith(certificate, privateKey);
    expect(await collect(client.readAll({ maxCount: 1 }))).toHaveLength(1);
    await client.dispose();
  });

  it('counts less than a password', async () => {
    const { certificate, privateKey } = issueUserCertificate(join(store.directory, 'certificates'), 'admin');
    const client = connectWith(certificate, privateKey, 'ops');
    await expect(collect(client.readAll({ maxCount: 1 }))).rejects.toBeInstanceOf(AccessDeniedError);
    await client.dispose();
  });

  it('of an unknown user opens no more than none', async () => {
    const { certificate, privateKey } = issueUserCertificate(join(store.directory, 'certificates'), 'nobody');
    const client = connectWith(certificate, privateKey);
    await expect(collect(client.readAll({ maxCount: 1 }))).rejects.toBeInstanceOf(AccessDeniedError);
    await client.dispose();
  });

  it('of a foreign authority is not even spoken to', async () => {
    const { certificate, privateKey } = issueUserCertificate(temporaryDirectory(), 'admin');
    const client = connectWith(certificate, privateKey);
    await expect(collect(client.readAll({ maxCount: 1 }))).rejects.toMatchObject({ type: 'unavailable' });
    await client.dispose();
  });
});

describe('starting', () => {
  it('refuses to be insecure beyond the loopback', async () => {
    const options = { directory: temporaryDirectory(), port: 0, insecure: true, host: '0.0.0.0' };
    await expect(startEventStore(options)).rejects.toThrow(/listens on 127.0.0.1/);
  });

  it('refuses to listen beyond the loopback with the passwords of the manual', async () => {
    const directory = temporaryDirectory();
    await expect(startEventStore({ directory, port: 0, host: '0.0.0.0' })).rejects.toThrow(/password/);
  });

  it('makes a certificate for the address on which it listens', async () => {
    const passwords = { adminPassword: randomUUID(), opsPassword: randomUUID() };
    const directory = temporaryDirectory();
    const server = await startEventStore({ directory, port: 0, host: '127.0.0.2', ...passwords });
    const client = EventStoreDBClient.connectionString(server.connectionString);
    expect(server.connectionString).toContain('127.0.0.2');
    const credentials = { username: 'admin', password: passwords.adminPassword };
    expect(await collect(client.readAll({ maxCount: 1, credentials }))).toHaveLength(1);
    await client.dispose();
    await server.stop();
  });

  it('takes other first passwords, and certificates of the same authority after a restart', async () => {
    const directory = temporaryDirectory();
    const passwords = { adminPassword: randomUUID(), opsPassword: randomUUID() };
    const first = await startEventStore({ directory, port: 0, host: '0.0.0.0', ...passwords });
    const authority = readFileSync(first.authorityFile ?? '', 'utf8');
    await first.stop();
    const second = await startEventStore({ directory, port: 0 });
    expect(readFileSync(second.authorityFile ?? '', 'utf8')).toBe(authority);
    const client = EventStoreDBClient.connectionString(second.connectionString);
    const credentials = { username: 'admin', password: passwords.adminPassword };
    expect(await collect(client.readAll({ maxCount: 1, credentials }))).toHaveLength(1);
    const denied = collect(client.readAll({ maxCount: 1, credentials: ADMIN }));
    await expect(denied).rejects.toBeInstanceOf(AccessDeniedError);
    await client.dispose();
    await second.stop();
  });
});
