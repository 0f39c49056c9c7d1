import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { z } from 'zod';

/** Stands between a projector and a relay, and loses what it is told to. */
export interface LossyChannel {
  readonly port: number;
  /** Of a pushed batch: whether it is lost. */
  loses: () => boolean;
  lost: number;
  /** Cuts every connection; the relay comes back. */
  cut(): void;
  stop(): Promise<void>;
}

const lineSchema = z.looseObject({
  kind: z.string(),
  batch: z.object({ position: z.string(), items: z.array(z.looseObject({ kind: z.string() })) }).optional(),
});

export async function startLossyChannel(projectorPort: number): Promise<LossyChannel> {
  const sockets = new Set<Socket>();
  const channel: LossyChannel = {
    port: 0,
    loses: () => false,
    lost: 0,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    stop: async () => {
      channel.cut();
      server.close();
      await once(server, 'close');
    },
  };
  const server = createServer((relay) => {
    const projector = connect(projectorPort, '127.0.0.1');
    for (const [socket, other] of [
      [relay, projector],
      [projector, relay],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined); // its `close` takes the other end along
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    relay.pipe(projector);
    let rest = '';
    projector.setEncoding('utf8').on('data', (piece: string) => {
      const lines = (rest + piece).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) relay.write(`${withLosses(line, channel)}\n`);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return Object.assign(channel, { port: typeof address === 'object' && address !== null ? address.port : 0 });
}

/** All of a lost batch but read markers, which have no seq and are told again only after a lost connection. */
function withLosses(line: string, channel: LossyChannel): string {
  const { batch, ...message } = lineSchema.parse(JSON.parse(line));
  if (batch === undefined || !channel.loses()) return line;
  channel.lost += 1;
  const items = batch.items.filter(({ kind }) => kind === 'read');
  return JSON.stringify({ ...message, batch: { ...batch, items } });
}
