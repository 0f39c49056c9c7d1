import { messageView, newId, pageOf, sessionView, type MessageView } from '@verbatim/shared';
import type { z } from 'zod';

const page = pageOf(messageView);
const pageItems = 200;

/** The owner of a fresh organization, who speaks to the instance over HTTP. */
export class Owner {
  readonly email = `${newId()}@import.test`;
  readonly password = 'a password for an import';
  organizationId = '';
  #origin: string;
  #token = '';

  constructor(origin: string) {
    this.#origin = origin;
  }

  async signUp(): Promise<void> {
    const { email, password } = this;
    const body = { organizationName: 'Archive', displayName: 'Owner', email, password };
    this.#remember(await this.#call('POST', '/auth/sign-up', body));
  }

  /** After a restart, perhaps on another port. */
  async login(origin: string): Promise<void> {
    this.#origin = origin;
    this.#remember(await this.#call('POST', '/auth/login', { email: this.email, password: this.password }));
  }

  /** Every message of a room, in the order of its `seq`. */
  async history(roomId: string): Promise<MessageView[]> {
    const all: MessageView[] = [];
    for (let after = 0; ;) {
      const query = `after=${after}&limit=${pageItems}`;
      const { items } = await this.get(`/chat/rooms/${roomId}/messages?${query}`, page);
      const last = items.at(-1);
      if (last === undefined) return all;
      all.push(...items);
      after = last.seq;
    }
  }

  async get<Answer extends z.ZodType>(path: string, answer: Answer): Promise<z.output<Answer>> {
    return answer.parse(await this.#call('GET', path));
  }

  #remember(answer: unknown): void {
    const session = sessionView.parse(answer);
    this.organizationId = session.organization.id;
    this.#token = session.accessToken;
  }

  async #call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(new URL(path, this.#origin), {
      method,
      headers: {
        'content-type': 'application/json',
        ...(this.#token !== '' && { authorization: `Bearer ${this.#token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text);
  }
}
