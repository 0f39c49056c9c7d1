import { Agent, request } from 'node:http';
import { commandAnswer, invitationView, newId, sessionView, type SessionView } from '@verbatim/shared';

const maxSockets = 256;

/** An organization with people, made through the public interface. */
export interface Person {
  readonly password: string;
  readonly session: SessionView;
  readonly api: Api;
}

/** JSON over kept-alive connections; a load generator must not spend its core on sockets. */
export class Api {
  readonly #origin: URL;
  readonly #token: string | undefined;
  static readonly #agent = new Agent({ keepAlive: true, maxSockets });

  constructor(origin: string, token?: string) {
    this.#origin = new URL(origin);
    this.#token = token;
  }

  /** @throws Error with status and body unless the answer is 2xx. */
  call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<unknown> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          agent: Api.#agent,
          host: this.#origin.hostname,
          port: this.#origin.port,
          method,
          path,
          headers: {
            ...headers,
            ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }),
            ...(payload !== undefined && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(payload),
            }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            const status = response.statusCode ?? 0;
            if (status >= 200 && status < 300) resolve(text === '' ? undefined : JSON.parse(text));
            else reject(new Error(`${method} ${path} answered ${status}: ${text}`));
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(payload);
    });
  }
}

const password = 'correct horse battery staple';

/** The owner of a new organization. */
export async function signUp(origin: string, email = `${newId()}@bench.test`): Promise<Person> {
  const body = { organizationName: 'Bench', displayName: 'Owner', email, password };
  const session = sessionView.parse(await new Api(origin).call('POST', '/auth/sign-up', body));
  return { session, password, api: new Api(origin, session.accessToken) };
}

/** Somebody who signed up in an earlier measurement. */
export async function logIn(origin: string, email: string): Promise<Person> {
  const session = sessionView.parse(await new Api(origin).call('POST', '/auth/login', { email, password }));
  return { session, password, api: new Api(origin, session.accessToken) };
}

export async function invite(
  origin: string,
  owner: Pick<Person, 'api'>,
  displayName: string,
): Promise<Person> {
  const { code } = invitationView.parse(await owner.api.call('POST', '/auth/invitations', {}));
  const body = { code, displayName, email: `${newId()}@bench.test`, password };
  const session = sessionView.parse(await new Api(origin).call('POST', '/auth/accept-invitation', body));
  return { session, password, api: new Api(origin, session.accessToken) };
}

/** A public channel that `creator` made; gives its id. */
export async function createChannel(creator: Pick<Person, 'api'>, name: string): Promise<string> {
  return commandAnswer.parse(await creator.api.call('POST', '/chat/rooms', { kind: 'channel', name })).id;
}
