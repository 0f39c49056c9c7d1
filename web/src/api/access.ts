import { sessionView, type SessionView } from '@verbatim/shared/browser';
import { hasCode } from '../problems/faults.ts';
import { HttpClient, type AccessTokens } from './http-client.ts';
import { withRefreshLock } from './refresh-lock.ts';

/** Renewed this long before it would be refused, so that no request needs a second try. */
const renewBeforeMs = 60_000;

/** `refresh` answers nothing (204) to a visitor who has no session. */
const refreshAnswer = sessionView.optional();

/**
 * The access token, in memory only. The refresh token is an HttpOnly cookie that this page cannot read, so a
 * reload asks for a new access token by it.
 */
export class Access implements AccessTokens {
  readonly #http = new HttpClient();
  readonly #onEnd: () => void;
  #token: { readonly value: string; readonly expiresAtMs: number } | null = null;
  #renewal: Promise<SessionView | null> | null = null;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  adopt(session: SessionView): void {
    this.#token = { value: session.accessToken, expiresAtMs: Date.now() + session.expiresIn * 1_000 };
  }

  drop(): void {
    this.#token = null;
  }

  async current(): Promise<string | null> {
    if (this.#token === null) return null;
    if (Date.now() < this.#token.expiresAtMs - renewBeforeMs) return this.#token.value;
    return this.renewed(this.#token.value);
  }

  async renewed(refused: string): Promise<string | null> {
    if (this.#token !== null && this.#token.value !== refused) return this.#token.value;
    const session = await this.refresh();
    if (session === null) this.#onEnd();
    return session?.accessToken ?? null;
  }

  /** The session behind the cookie, if there is one. Callers at the same time share one request. */
  refresh(): Promise<SessionView | null> {
    this.#renewal ??= this.#refreshOnce().finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  async #refreshOnce(): Promise<SessionView | null> {
    try {
      const session = await withRefreshLock(() =>
        this.#http.post(refreshAnswer, '/auth/refresh', { body: { cookie: true }, outlivesPage: true }),
      );
      if (session === undefined) return null;
      this.adopt(session);
      return session;
    } catch (fault) {
      if (hasCode(fault, 'invalid-refresh-token') || hasCode(fault, 'unauthenticated')) return null;
      throw fault;
    }
  }
}
