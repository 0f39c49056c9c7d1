import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { EventLog } from '../log/event-log.ts';
import { parseUuid } from '../protobuf/uuid.ts';
import { demand, type Access } from '../security/access.ts';
import { appendEvents } from '../streams/append-events.ts';
import type { AppendLimits } from '../streams/append-limits.ts';
import { invalidArgument, streamDeleted } from '../streams/errors.ts';
import type { ExpectedRevision } from '../streams/expected-revision.ts';
import { submitWithin } from '../streams/submit-within.ts';
import type { HttpAnswer, HttpRequest, Route } from './http-server.ts';

const CONTENT_TYPES = ['application/json', 'application/octet-stream'];
const NO_BYTES = Buffer.alloc(0);

/** `POST /streams/NAME`: one event, its body taken as it comes, even if it is not the JSON that it claims to be. */
export function appendRoute(log: EventLog, limits: AppendLimits, access: Access): Route {
  return {
    method: 'POST',
    path: /^\/streams\/([^/]+)$/,
    handle: async ({ message, parameters, user }: HttpRequest): Promise<HttpAnswer> => {
      const [stream = ''] = parameters;
      demand(access.allows(user, 'write', stream));
      const { type, id, contentType, expected } = readHeaders(message);
      if (!contentType)
        return { status: 415, body: `Content-Type must be one of ${CONTENT_TYPES.join(', ')}` };
      const data = await readBody(message, limits.maxAppendBytes);
      if (!data) return { status: 413, headers: { Connection: 'close' } };
      const event = { id, type, contentType, metadata: NO_BYTES, data };
      const result = await submitWithin(log, Date.now() + limits.writeTimeoutMs, {
        bytes: data.length,
        run: (transaction) => appendEvents(transaction, { stream, expected, events: [event] }),
      });
      switch (result.outcome) {
        case 'appended':
          return {
            status: 201,
            headers: { Location: `/streams/${encodeURIComponent(stream)}/${result.revision}` },
          };
        case 'wrong-expected-revision':
          return {
            status: 400,
            body: 'Wrong expected EventNumber',
            headers: { 'ES-CurrentVersion': (result.current ?? -1).toString() },
          };
        case 'stream-deleted':
          throw streamDeleted(stream);
        case 'nothing-to-append':
          throw new TypeError('one event was to be appended');
      }
    },
  };
}

function readHeaders({ headers }: IncomingMessage) {
  const type = headerOf(headers['es-eventtype']) ?? headerOf(headers['kurrent-eventtype']);
  if (type === undefined || type === '') throw invalidArgument('The header ES-EventType is missing');
  const idText = headerOf(headers['es-eventid']) ?? headerOf(headers['kurrent-eventid']);
  const id = idText === undefined ? randomBytes(16) : parseUuid(idText);
  if (!id) throw invalidArgument('The header ES-EventId is not a UUID');
  const [mediaType = ''] = (headers['content-type'] ?? '').split(';');
  const contentType = CONTENT_TYPES.find((known) => known === mediaType.trim().toLowerCase());
  return { type, id, contentType, expected: readExpected(headerOf(headers['es-expectedversion'])) };
}

function headerOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function readExpected(text: string | undefined): ExpectedRevision {
  if (text === undefined || text === '-2') return 'any';
  if (text === '-1') return 'no-stream';
  if (text === '-4') return 'stream-exists';
  if (!/^\d{1,19}$/.test(text)) throw invalidArgument('The header ES-ExpectedVersion is not a revision');
  return BigInt(text);
}

/** The whole body, or undefined if it is longer than it may be. */
async function readBody(message: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
