import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * A WebSocket that only counts what comes, so that whoever sends is measured and not whoever receives. Ends the
 * greeting with the first bytes after the hello.
 */
export interface ByteSink {
  readonly socket: Socket;
  bytes: number;
}

export async function openSink(port: number, path: string, hello?: string): Promise<ByteSink> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
  );
  await once(socket, 'data');
  if (hello !== undefined) {
    socket.write(maskedText(hello));
    await once(socket, 'data');
  }
  const sink: ByteSink = { socket, bytes: 0 };
  socket.on('data', (piece) => (sink.bytes += piece.length));
  return sink;
}

/** With a mask of noughts, which changes nothing and is one all the same. */
function maskedText(text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 0xff, 0, 0, 0, 0]);
  return Buffer.concat([header, payload]);
}

const atOnce = 50;

/** Some at once and then the next, so that greetings do not time out. */
export async function inTurns<Item, Made>(
  items: readonly Item[],
  make: (item: Item) => Promise<Made>,
): Promise<Made[]> {
  const made: Made[] = [];
  for (let at = 0; at < items.length; at += atOnce)
    made.push(...(await Promise.all(items.slice(at, at + atOnce).map(make))));
  return made;
}
