import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Problem, idSchema } from '@verbatim/shared';
import type { Origin } from './connection.ts';

export type Upgrade =
  | { readonly accepted: true; readonly origin: Origin }
  | { readonly accepted: false; readonly problem: Problem };

export interface UpgradeRules {
  readonly allowedOrigins: readonly string[];
  /** How many proxies in front may be believed about the caller's address. */
  readonly trustedProxyHops: number;
}

const maxUserAgentCharacters = 256;

/** Whether a request may become a WebSocket at all; a browser of a foreign page may not, a program may. */
export function readUpgrade(
  request: IncomingMessage,
  { allowedOrigins, trustedProxyHops }: UpgradeRules,
): Upgrade {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const roomPart = /^\/ws(?:\/chat\/(?<roomId>[^/]+))?$/.exec(path);
  const roomId = idSchema.safeParse(roomPart?.groups?.roomId);
  const isRoomBad = roomPart?.groups?.roomId !== undefined && !roomId.success;
  if (roomPart === null || isRoomBad) return { accepted: false, problem: new Problem('not-found') };
  const { origin } = request.headers;
  if (origin !== undefined && !allowedOrigins.includes(origin))
    return { accepted: false, problem: new Problem('foreign-origin') };
  return {
    accepted: true,
    origin: {
      address: addressOf(request, trustedProxyHops),
      userAgent: (request.headers['user-agent'] ?? '').slice(0, maxUserAgentCharacters),
      onlyRoomId: roomId.data,
    },
  };
}

/** Of what proxies say, only what the trusted ones added counts: the rest anybody can write. */
function addressOf(request: IncomingMessage, trustedProxyHops: number): string {
  const direct = request.socket.remoteAddress ?? '';
  if (trustedProxyHops === 0) return direct;
  const forwarded = String(request.headers['x-forwarded-for'] ?? '').split(',');
  return forwarded.at(-trustedProxyHops)?.trim() || direct;
}

/** Answers over plain HTTP, since there is no WebSocket yet, and ends the connection. */
export function refuseUpgrade(socket: Duplex, problem: Problem): void {
  const body = JSON.stringify(problem.toDetails());
  const head = [
    `HTTP/1.1 ${problem.status} ${reasonPhrases[problem.status] ?? 'Refused'}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
    ...(problem.retryAfterSeconds === undefined ? [] : [`Retry-After: ${problem.retryAfterSeconds}`]),
  ];
  socket.on('error', () => undefined); // gone before it heard
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

const reasonPhrases: Readonly<Record<number, string>> = {
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};
