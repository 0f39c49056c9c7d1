import { commandAnswer, newId, sessionView, type SessionView } from '@verbatim/shared';
import { z } from 'zod';

/** Speaks to the instance as a program would, to prepare in bulk what a person then meets. */
export class Api {
  readonly #origin: string;
  readonly #token: string;
  readonly #organizationId: string;

  private constructor(origin: string, { accessToken, organization }: SessionView) {
    this.#origin = origin;
    this.#token = accessToken;
    this.#organizationId = organization.id;
  }

  static async logIn(origin: string, email: string, password: string): Promise<Api> {
    const session = await call(origin, 'POST', '/auth/login', { email, password });
    return new Api(origin, sessionView.parse(session));
  }

  /** Many at once, so that thousands take seconds; their order is not that of the texts. */
  async sendMany(roomId: string, texts: readonly string[]): Promise<void> {
    const waiting = [...texts];
    const sendNext = async (): Promise<void> => {
      for (let text = waiting.shift(); text !== undefined; text = waiting.shift())
        await this.send(roomId, text);
    };
    await Promise.all(Array.from({ length: sendersAtOnce }, sendNext));
  }

  async send(roomId: string, text: string): Promise<string> {
    const answer = await this.post(`/chat/rooms/${roomId}/messages`, { id: newId(), text });
    return commandAnswer.parse(answer).id;
  }

  post(path: string, body: unknown): Promise<unknown> {
    return call(this.#origin, 'POST', path, body, this.#token);
  }

  patch(path: string, body: unknown): Promise<unknown> {
    return call(this.#origin, 'PATCH', path, body, this.#token);
  }

  put(path: string, body: unknown = {}): Promise<unknown> {
    return call(this.#origin, 'PUT', path, body, this.#token);
  }

  async roomsByName(): Promise<Map<string, string>> {
    return new Map((await this.#rooms()).map(({ id, name }) => [name ?? '', id]));
  }

  /** How far a room goes that one is in. */
  async newestOf(roomId: string): Promise<number> {
    const room = (await this.#rooms()).find(({ id }) => id === roomId);
    if (room === undefined) throw new Error(`no room ${roomId}`);
    return room.lastSeq;
  }

  async #rooms() {
    const answer = await call(this.#origin, 'GET', '/chat/rooms?limit=200', undefined, this.#token);
    return roomsAnswer.parse(answer).items;
  }

  async personByName(name: string): Promise<string> {
    const path = `/chat/organizations/${this.#organizationId}/users?limit=200`;
    const answer = await call(this.#origin, 'GET', path, undefined, this.#token);
    const { items } = z
      .object({ items: z.array(z.object({ id: z.string(), displayName: z.string() })) })
      .parse(answer);
    const person = items.find(({ displayName }) => displayName === name);
    if (person === undefined) throw new Error(`nobody is called ${name}`);
    return person.id;
  }
}

const roomsAnswer = z.object({
  items: z.array(z.object({ id: z.string(), name: z.string().nullable(), lastSeq: z.number() })),
});
const sendersAtOnce = 16;

async function call(
  origin: string,
  method: string,
  path: string,
  body: unknown,
  token?: string,
): Promise<unknown> {
  const response = await fetch(new URL(path, origin), {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}
