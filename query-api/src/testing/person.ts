import { commandAnswer, invitationView, newId, sessionView, type OrganizationRole } from '@verbatim/shared';
import type { System } from './system.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Somebody with a session, who sends commands and then reads their own writes. */
export class Person {
  readonly organizationId: string;
  readonly userId: string;
  readonly name: string;
  readonly token: string;
  readonly #system: System;

  private constructor(system: System, answer: unknown) {
    const { organization, user, accessToken } = sessionView.parse(answer);
    this.organizationId = organization.id;
    this.userId = user.id;
    this.name = user.displayName;
    this.token = accessToken;
    this.#system = system;
  }

  /** The owner of an organization of their own. */
  static async signUp(system: System, displayName: string): Promise<Person> {
    const body = { organizationName: 'Works', displayName, ...credentials() };
    return new Person(system, (await send(system.commandOrigin, 'POST', '/auth/sign-up', { body })).body);
  }

  async invite(displayName: string, role: OrganizationRole = 'member'): Promise<Person> {
    const invitation = await this.commandAnswer('POST', '/auth/invitations', { role });
    const { code } = invitationView.parse(invitation);
    const body = { code, displayName, ...credentials() };
    const { commandOrigin } = this.#system;
    return new Person(
      this.#system,
      (await send(commandOrigin, 'POST', '/auth/accept-invitation', { body })).body,
    );
  }

  /** The id of what the command was about; later questions see what it did. */
  async command(method: string, path: string, body?: unknown): Promise<string> {
    const { id, position } = commandAnswer.parse(await this.commandAnswer(method, path, body));
    if (BigInt(position) > seenPosition) seenPosition = BigInt(position);
    return id;
  }

  async commandAnswer(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await send(this.#system.commandOrigin, method, path, { body, token: this.token });
    if (answer.status >= 300)
      throw new Error(`${method} ${path} answered ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  say(roomId: string, text: string, more: { replyTo?: string; threadOf?: string } = {}): Promise<string> {
    return this.command('POST', `/chat/rooms/${roomId}/messages`, { id: newId(), text, ...more });
  }

  /** Whatever the answer is; it knows of everything that any `Person` has done. */
  ask(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const min = { 'x-min-position': seenPosition.toString() };
    return send(this.#system.queryOrigin, 'GET', path, {
      token: this.token,
      headers: { ...min, ...headers },
    });
  }

  async get<Parsed>(schema: { parse(answer: unknown): Parsed }, path: string): Promise<Parsed> {
    const { status, body } = await this.ask(path);
    if (status !== 200) throw new Error(`GET ${path} answered ${status} ${JSON.stringify(body)}`);
    return schema.parse(body);
  }
}

let seenPosition = 0n;

const credentials = () => ({ email: `${newId()}@example.org`, password: 'correct horse battery' });

export async function send(
  origin: string,
  method: string,
  path: string,
  {
    body,
    token,
    headers,
  }: { body?: unknown; token?: string; headers?: Readonly<Record<string, string>> } = {},
): Promise<Answer> {
  const response = await fetch(origin + path, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /^application\/(?:problem\+)?json\b/.test(response.headers.get('content-type') ?? '');
  const answer: unknown = isJson ? JSON.parse(text) : text;
  return { status: response.status, headers: response.headers, body: answer };
}
