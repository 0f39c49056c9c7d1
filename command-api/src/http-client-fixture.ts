import { randomUUID } from 'node:crypto';
import {
  commandAnswer,
  invitationView,
  problemSchema,
  sessionView,
  type CommandAnswer,
  type InvitationView,
  type OrganizationRole,
  type ProblemDetails,
  type SessionView,
} from '@verbatim/shared';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface RequestOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Talks to a command-api as any client does. */
export class TestClient {
  readonly #origin: string;
  readonly #token: string | undefined;

  constructor(origin: string, token?: string) {
    this.#origin = origin;
    this.#token = token;
  }

  as(session: { readonly accessToken: string }): TestClient {
    return new TestClient(this.#origin, session.accessToken);
  }

  async request(method: string, path: string, options: RequestOptions = {}): Promise<Reply> {
    const token = options.token ?? this.#token;
    const response = await fetch(this.#origin + path, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(options.body !== undefined && { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
    });
    const text = await response.text();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    return { status: response.status, headers: response.headers, body };
  }

  get = (path: string) => this.request('GET', path);
  post = (path: string, body: unknown = {}) => this.request('POST', path, { body });
  put = (path: string, body: unknown = {}) => this.request('PUT', path, { body });
  patch = (path: string, body: unknown) => this.request('PATCH', path, { body });
  delete = (path: string) => this.request('DELETE', path);

  /** @throws Error unless the command was accepted. */
  async done(method: string, path: string, body: unknown = {}): Promise<CommandAnswer> {
    const reply = await this.request(method, path, { body });
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(reply.body)}`);
    return commandAnswer.parse(reply.body);
  }

  async signUp(name = 'Ada', organizationName = 'Analytical Engines'): Promise<SessionView> {
    const body = { organizationName, displayName: name, email: newEmail(), password };
    return sessionView.parse((await this.post('/auth/sign-up', body)).body);
  }

  async invite(role: OrganizationRole = 'member'): Promise<InvitationView> {
    return invitationView.parse((await this.post('/auth/invitations', { role })).body);
  }

  /** A new person of this client's organization. */
  async newPerson(displayName: string, role: OrganizationRole = 'member'): Promise<SessionView> {
    const { code } = await this.invite(role);
    const body = { code, displayName, email: newEmail(), password };
    const reply = await new TestClient(this.#origin).post('/auth/accept-invitation', body);
    return sessionView.parse(reply.body);
  }
}

export const password = 'correct horse battery';
export const newEmail = (): string => `person-${randomUUID()}@example.org`;

/** The refusal that a reply is. */
export function problemIn(reply: Reply): ProblemDetails {
  return problemSchema.parse(reply.body);
}
