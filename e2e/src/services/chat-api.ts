import {
  commandAnswer,
  durableFrameSchema,
  invitationView,
  messagePageView,
  newId,
  pageOf,
  participantView,
  problemSchema,
  roomSummaryView,
  roomView,
  sessionView,
  type CommandAnswer,
  type DurableFrame,
  type MessagePageView,
  type ParticipantView,
  type ProblemDetails,
  type RoomSummaryView,
  type RoomView,
  type SessionView,
} from '@verbatim/shared/browser';
import type { z } from 'zod';

export interface Origins {
  readonly commandApi: string;
  readonly queryApi: string;
}

/** An answer that is a problem. */
export class Refused extends Error {
  readonly problem: ProblemDetails;

  constructor(method: string, path: string, problem: ProblemDetails) {
    super(`${method} ${path}: ${problem.code}`);
    this.problem = problem;
  }
}

/** A token is renewed when this part of its life is over. */
const renewAfterPart = 0.5;
const password = 'correct horse battery staple';
const pageItems = 200;

/** One person, who speaks to the services over HTTP as a browser does. */
export class ChatApi {
  readonly #origins: Origins;
  #session: SessionView;
  #begunAtMs = Date.now();
  #refreshing: Promise<void> | undefined;

  private constructor(origins: Origins, session: SessionView) {
    this.#origins = origins;
    this.#session = session;
  }

  static async signUp(origins: Origins, displayName: string): Promise<ChatApi> {
    const body = { organizationName: 'Oracle', displayName, email: `${newId()}@oracle.test`, password };
    return new ChatApi(
      origins,
      sessionView.parse(await exchange(origins, 'POST', '/auth/sign-up', { body })),
    );
  }

  /** Somebody else, of the same organization. */
  async invite(displayName: string): Promise<ChatApi> {
    const { code } = await this.call('POST', '/auth/invitations', invitationView, {});
    const body = { code, displayName, email: `${newId()}@oracle.test`, password };
    const answer = await exchange(this.#origins, 'POST', '/auth/accept-invitation', { body });
    return new ChatApi(this.#origins, sessionView.parse(answer));
  }

  /** The same person with a session of its own, as on another device. */
  async logInAgain(): Promise<ChatApi> {
    const body = { email: this.#session.user.email, password };
    const answer = await exchange(this.#origins, 'POST', '/auth/login', { body });
    return new ChatApi(this.#origins, sessionView.parse(answer));
  }

  get userId(): string {
    return this.#session.user.id;
  }

  get organizationId(): string {
    return this.#session.organization.id;
  }

  get accessToken(): string {
    return this.#session.accessToken;
  }

  get expiresAtMs(): number {
    return this.#begunAtMs + this.#session.expiresIn * 1_000;
  }

  /** One for all who ask meanwhile: a refresh token is good for one refresh. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const body = { refreshToken: this.#session.refreshToken };
    const session = sessionView.parse(await exchange(this.#origins, 'POST', '/auth/refresh', { body }));
    this.#session = session;
    this.#begunAtMs = Date.now();
  }

  /** @throws Refused */
  command(method: string, path: string, body?: unknown): Promise<CommandAnswer> {
    return this.call(method, path, commandAnswer, body);
  }

  room(roomId: string): Promise<RoomView> {
    return this.call('GET', `/chat/rooms/${roomId}`, roomView);
  }

  rooms(): Promise<RoomSummaryView[]> {
    return this.#all('/chat/rooms', roomSummaryView);
  }

  participants(roomId: string): Promise<ParticipantView[]> {
    return this.#all(`/chat/rooms/${roomId}/participants`, participantView);
  }

  messages(roomId: string, before?: number): Promise<MessagePageView> {
    const stretch = before === undefined ? '' : `&before=${before}`;
    return this.call('GET', `/chat/rooms/${roomId}/messages?limit=${pageItems}${stretch}`, messagePageView);
  }

  async frames(roomId: string, after: number): Promise<DurableFrame[]> {
    const path = `/chat/rooms/${roomId}/events?after=${after}&limit=${pageItems}`;
    return (await this.call('GET', path, pageOf(durableFrameSchema))).items;
  }

  async #all<Item extends z.ZodType>(path: string, item: Item): Promise<z.output<Item>[]> {
    const items: z.output<Item>[] = [];
    for (let cursor = ''; ;) {
      const page = await this.call('GET', `${path}?limit=${pageItems}${cursor}`, pageOf(item));
      items.push(...page.items);
      if (page.nextCursor === null) return items;
      cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
    }
  }

  /** @throws Refused */
  async call<Answer extends z.ZodType>(
    method: string,
    path: string,
    answer: Answer,
    body?: unknown,
  ): Promise<z.output<Answer>> {
    if (Date.now() > this.#begunAtMs + this.#session.expiresIn * 1_000 * renewAfterPart) await this.refresh();
    const token = this.accessToken;
    return answer.parse(await exchange(this.#origins, method, path, { token, body }));
  }
}

async function exchange(
  { commandApi, queryApi }: Origins,
  method: string,
  path: string,
  { token, body }: { readonly token?: string; readonly body?: unknown },
): Promise<unknown> {
  const response = await fetch(new URL(path, method === 'GET' ? queryApi : commandApi), {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Refused(method, path, problemSchema.parse(JSON.parse(text)));
  return JSON.parse(text);
}
