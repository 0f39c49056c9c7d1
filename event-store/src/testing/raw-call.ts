import { readFileSync } from 'node:fs';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';
import type { EventStoreServer } from '../server.ts';

/** Calls methods that the official client does not know, with messages of its own generated classes. */
export function rawCaller(
  server: Pick<EventStoreServer, 'port' | 'authorityFile'>,
  login?: { username: string; password: string },
) {
  const secure = server.authorityFile === undefined ? undefined : readFileSync(server.authorityFile);
  const channel = secure ? credentials.createSsl(secure) : credentials.createInsecure();
  const client = new Client(`localhost:${server.port}`, channel);
  onTestFinished(() => client.close());
  const metadata = new Metadata();
  if (login) {
    const basic = Buffer.from(`${login.username}:${login.password}`).toString('base64');
    metadata.set('authorization', `Basic ${basic}`);
  }
  const serialize = (message: { serializeBinary(): Uint8Array }): Buffer =>
    Buffer.from(message.serializeBinary());
  return {
    unary: <Response>(
      path: string,
      request: { serializeBinary(): Uint8Array },
      decode: (bytes: Uint8Array) => Response,
    ): Promise<Response> =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          path,
          serialize,
          decode,
          request,
          metadata,
          (error: ServiceError | null, response) => {
            if (error) reject(error);
            else if (response === undefined) reject(new Error('no response'));
            else resolve(response);
          },
        );
      }),
    stream: <Response>(
      path: string,
      request: { serializeBinary(): Uint8Array },
      decode: (bytes: Uint8Array) => Response,
    ) => {
      const call = client.makeServerStreamRequest(path, serialize, decode, request, metadata);
      return call as unknown as AsyncIterable<Response> & { cancel(): void };
    },
  };
}
