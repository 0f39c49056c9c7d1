import {
  createTokenKeeper,
  meView,
  sessionView,
  type AccessToken,
  type MeView,
  type SessionView,
  type TokenKeeper,
} from '@verbatim/shared/browser';
import { createContext } from 'svelte';
import { z } from 'zod';
import { HttpClient } from '../api/http-client.ts';
import { refreshByCookie } from '../api/refresh.ts';

export type SessionStatus =
  | { readonly status: 'starting' }
  | { readonly status: 'visitor' }
  | { readonly status: 'member'; readonly me: MeView }
  | { readonly status: 'failed'; readonly fault: unknown };

export interface SignUpForm {
  readonly organizationName: string;
  readonly displayName: string;
  readonly email: string;
  readonly password: string;
}

/** Told to the other tabs, which forget the session too. */
const endedMessage = 'ended';
const wasHereKey = 'verbatim.was-here';

/** Who is here. The access token stays in memory; a reload finds the session again by its cookie. */
export class Session {
  #state = $state.raw<SessionStatus>({ status: 'starting' });
  #tokens: TokenKeeper | undefined;
  readonly #visitor = new HttpClient();
  readonly #tabs = new BroadcastChannel('verbatim.session');

  constructor() {
    this.#tabs.addEventListener('message', ({ data }) => {
      if (data === endedMessage) this.#forget();
    });
  }

  get state(): SessionStatus {
    return this.#state;
  }

  get me(): MeView | undefined {
    return this.#state.status === 'member' ? this.#state.me : undefined;
  }

  /** Whether anybody has been logged in with this browser. */
  get wasHere(): boolean {
    return this.#state.status !== 'starting' && localStorage.getItem(wasHereKey) !== null;
  }

  /** Of the person who is logged in; there is none before. */
  get tokens(): TokenKeeper {
    if (this.#tokens === undefined) throw new Error('nobody is logged in');
    return this.#tokens;
  }

  async start(): Promise<void> {
    this.#state = { status: 'starting' };
    try {
      const session = await navigator.locks.request('verbatim.refresh', () => refreshByCookie());
      if (session === undefined) this.#state = { status: 'visitor' };
      else this.#adopt(session);
    } catch (fault) {
      this.#state = { status: 'failed', fault };
    }
  }

  signUp(form: SignUpForm): Promise<void> {
    return this.#enter('/auth/sign-up', { ...form });
  }

  logIn(email: string, password: string): Promise<void> {
    return this.#enter('/auth/login', { email, password });
  }

  acceptInvitation(code: string, form: Omit<SignUpForm, 'organizationName'>): Promise<void> {
    return this.#enter('/auth/accept-invitation', { code, ...form });
  }

  async logOut(everywhere = false): Promise<void> {
    const http = new HttpClient(this.#tokens);
    await http.post(z.unknown(), everywhere ? '/auth/logout-everywhere' : '/auth/logout', { body: {} });
    this.ended();
  }

  async rename(displayName: string): Promise<void> {
    const http = new HttpClient(this.#tokens);
    await http.patch(z.unknown(), '/auth/me', { body: { displayName } });
    const me = this.me;
    if (me !== undefined)
      this.#state = { status: 'member', me: { ...me, user: { ...me.user, displayName } } };
  }

  /** Roles change while one is here: what the server says now. */
  async reload(): Promise<void> {
    const me = await new HttpClient(this.#tokens).get(meView, '/auth/me');
    if (this.#state.status === 'member') this.#state = { status: 'member', me };
  }

  /** It is over, here and in every other tab. */
  ended(): void {
    this.#tabs.postMessage(endedMessage);
    this.#forget();
  }

  #forget(): void {
    this.#tokens?.stop();
    this.#tokens = undefined;
    this.#state = { status: 'visitor' };
  }

  async #enter(path: string, body: object): Promise<void> {
    this.#adopt(await this.#visitor.post(sessionView, path, { body: { ...body, cookie: true } }));
  }

  #adopt(session: SessionView): void {
    const { organization, user } = session;
    this.#tokens?.stop();
    this.#tokens = createTokenKeeper(
      async () => {
        const renewed = await refreshByCookie();
        return renewed && tokenOf(renewed);
      },
      { locks: navigator.locks, openChannel: (name) => new BroadcastChannel(name) },
    );
    this.#tokens.set(tokenOf(session));
    localStorage.setItem(wasHereKey, 'yes');
    this.#state = { status: 'member', me: { organization, user } };
  }
}

const tokenOf = ({ accessToken, user, expiresIn }: SessionView): AccessToken => ({
  token: accessToken,
  userId: user.id,
  expiresAtMs: Date.now() + expiresIn * 1_000,
});

export const [getSession, provideSession] = createContext<Session>();
