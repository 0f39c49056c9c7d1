import { once } from 'node:events';
import { subprotocol } from '@verbatim/shared';
import WebSocket from 'ws';

/** One greeted socket on one room. Frames are handed on unparsed: a thousand of these share a core. */
export interface RoomSocket {
  readonly webSocket: WebSocket;
  readonly roomId: string;
}

export async function openRoomSocket(
  origin: string,
  token: string,
  roomId: string,
  onFrame: (text: string) => void,
): Promise<RoomSocket> {
  const webSocket = new WebSocket(`${origin.replace('http', 'ws')}/ws/chat/${roomId}`, subprotocol, {
    perMessageDeflate: false,
    skipUTF8Validation: true,
  });
  await once(webSocket, 'open');
  const isReady = new Promise<void>((resolve, reject) => {
    webSocket.once('close', (code) => reject(new Error(`closed with ${code} before it was ready`)));
    webSocket.on('message', (data: Buffer) => {
      const text = data.toString('latin1');
      if (text.startsWith('{"type":"ready"')) resolve();
      else onFrame(text);
    });
  });
  webSocket.send(JSON.stringify({ type: 'hello', token }));
  await isReady;
  return { webSocket, roomId };
}

/** The id of the message that a frame brings, if it does. */
export const messageIdIn = (text: string): string | undefined =>
  /"message":\{"id":"(?<id>[^"]+)"/.exec(text)?.groups?.id;
