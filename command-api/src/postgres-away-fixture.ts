import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { freshDatabase, freshEventStore } from '@verbatim/testing';
import { expect } from 'vitest';
import { newKeys, startApi } from './command-api-fixture.ts';
import { password, problemIn, TestClient } from './http-client-fixture.ts';

/** The way to Postgres, which can be cut. */
class Line {
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  readonly #server = createServer((incoming) => {
    if (this.#isCut) {
      incoming.destroy();
      return;
    }
    const outgoing = connect(this.#port, this.#host);
    for (const socket of [incoming, outgoing]) {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        incoming.destroy();
        outgoing.destroy();
      });
    }
    incoming.pipe(outgoing).pipe(incoming);
  });
  readonly #host: string;
  readonly #port: number;

  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
  }

  async open(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Postgres goes away for so long while people talk, and comes back. */
export async function talkWithoutPostgres(outageMs: number): Promise<void> {
  const [database, store] = await Promise.all([freshDatabase(), freshEventStore()]);
  const url = new URL(database.url);
  const line = new Line(url.hostname, Number(url.port));
  url.host = `127.0.0.1:${await line.open()}`;
  const api = await startApi({ ...newKeys(), eventStoreUrl: store.connectionString, databaseUrl: url.href });
  try {
    const anybody = new TestClient(api.origin);
    const ada = await anybody.signUp('Ada');
    const asAda = anybody.as(ada);
    const bob = anybody.as(await asAda.newPerson('Bob'));
    const { id: roomId } = await asAda.done('POST', '/chat/rooms', { kind: 'channel', name: 'general' });
    await bob.done('POST', `/chat/rooms/${roomId}/join`);
    const path = `/chat/rooms/${roomId}/messages`;
    await bob.done('POST', path, { text: 'hello @Ada' });

    line.cut();
    const until = performance.now() + outageMs;
    const sent: string[] = [];
    while (performance.now() < until) {
      const { id } = await bob.done('POST', path, { text: 'still here, @Ada' });
      sent.push(id);
      await asAda.done('PUT', `/chat/messages/${id}/reactions/${encodeURIComponent('👍')}`);
      await bob.done('PATCH', `/chat/messages/${id}`, { text: 'still here' });
      await asAda.done('PUT', `/chat/rooms/${roomId}/favourite`);
    }
    expect(sent.length).toBeGreaterThan(5);
    const away = [
      await anybody.post('/auth/login', { email: ada.user.email, password }),
      await anybody.post('/auth/refresh', { refreshToken: ada.refreshToken }),
      await asAda.post('/auth/invitations'),
      await asAda.post('/auth/password', { currentPassword: password, newPassword: `${password}!` }),
      await asAda.post('/auth/logout'),
    ];
    for (const reply of away) {
      expect(problemIn(reply)).toMatchObject({ status: 503, code: 'unavailable' });
      expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
    }

    line.mend();
    const login = () => anybody.post('/auth/login', { email: ada.user.email, password });
    await expect.poll(async () => (await login()).status, { timeout: 20_000 }).toBe(200);
    const stored = new Set<string>();
    for await (const { stream } of api.eventStore.readAll({ streamPrefixes: ['message-'] }))
      stored.add(stream);
    expect(sent.filter((id) => !stored.has(`message-${id}`))).toEqual([]);
  } finally {
    await api.stop();
    await line.close();
    await store.stop();
    await database.drop();
  }
}
