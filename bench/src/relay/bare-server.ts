import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

/** `ws` and nothing else: sends one prepared frame to each socket of a room, whenever it is told to. */
const rooms = new Map<string, Set<WebSocket>>();
const server = new WebSocketServer({
  host: '127.0.0.1',
  port: 0,
  perMessageDeflate: false,
  clientTracking: false,
});
server.on('connection', (socket, request) => {
  const room = rooms.get(request.url ?? '') ?? new Set();
  rooms.set(request.url ?? '', room.add(socket));
  socket.on('close', () => room.delete(socket));
});
await once(server, 'listening');

/** The way to be told is as for a relay: a line over TCP for each round, the prepared frame first. */
const control = createServer((socket) => {
  let prepared: Buffer | undefined;
  let rest = '';
  socket.setEncoding('utf8').on('data', (piece: string) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (prepared === undefined) prepared = Buffer.from(line);
      else for (const room of rooms.values()) for (const each of room) each.send(prepared, { binary: false });
    }
  });
  socket.on('close', () => process.exit(0));
}).listen(0, '127.0.0.1');
await once(control, 'listening');
const portOf = (address: unknown): number => (address as AddressInfo).port;
process.stdout.write(
  `${JSON.stringify({ sockets: portOf(server.address()), control: portOf(control.address()) })}\n`,
);
