import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Problem, type ProblemDetails } from '@verbatim/shared';
import { ApiClient, RefusedError } from './api-client.ts';

let server: Server | undefined;
afterEach(() => {
  vi.restoreAllMocks();
  server?.close();
});

/** A client that logs in to something that then answers so, one after the other. */
async function clientOf(...answers: readonly { status: number; body: unknown }[]): Promise<ApiClient> {
  const left = [...answers];
  server = createServer((_, response) => {
    const { status, body } = left.shift() ?? { status: 500, body: '' };
    response.writeHead(status, { connection: 'close', 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('it has no port');
  return new ApiClient(`http://127.0.0.1:${address.port}`, { email: 'ada@example.org', password: 'x' });
}

const told = (problem: Problem): { status: number; body: ProblemDetails } => ({
  status: problem.status,
  body: problem.toDetails('request-7'),
});
/** Whoever looks at it twice has waited for so long. */
function clockThatJumps(byMs: number): void {
  let nowMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += byMs));
}
const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing went wrong',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

describe('what the person at the terminal is told', () => {
  it('of fields that are not valid names each', async () => {
    const errors = [{ path: 'email', message: 'must be an e-mail address' }];
    const client = await clientOf(told(new Problem('invalid', { errors })));
    expect(await messageOf(client.login())).toBe(
      'Some fields are not valid. email must be an e-mail address.',
    );
  });

  it('of a fault on the other side names the request, to be found in the log', async () => {
    const client = await clientOf(told(new Problem('internal')));
    expect(await messageOf(client.login())).toBe(
      'Something went wrong on our side. (Request request-7 in the log of the instance.)',
    );
  });

  it('of another program at that address is that it is another', async () => {
    const client = await clientOf({ status: 404, body: '<html>not here</html>' });
    expect(await messageOf(client.login())).toContain(
      'answered POST /auth/login with 404, and not as Verbatim does',
    );
  });

  it('of an answer of another release is no stack', async () => {
    const client = await clientOf({ status: 200, body: { hello: 'world' } });
    expect(await messageOf(client.login())).toContain('Are both of the same release?');
  });

  it('while it is waited for an instance that refuses is what the instance says, once', async () => {
    const problem = new Problem('unavailable', { detail: 'The vault is away.', retryAfterSeconds: 0 });
    clockThatJumps(4_000);
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const client = await clientOf(told(problem), told(problem), told(new Problem('invalid-credentials')));
    await expect(client.login()).rejects.toBeInstanceOf(RefusedError);
    expect(stderr.mock.calls.map(([text]) => text)).toEqual([
      expect.stringContaining('says: A part of the system is away. Please retry. The vault is away.'),
    ]);
  });

  it('of an address where nothing listens is why nothing came', async () => {
    const client = await clientOf();
    server?.close();
    clockThatJumps(70_000);
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await messageOf(client.login())).toMatch(
      /does not answer: .*ECONNREFUSED.* Is Verbatim running there\?/,
    );
  });
});
