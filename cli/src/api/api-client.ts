import { setTimeout as delay } from 'node:timers/promises';
import { problemSchema, sessionView, type ProblemDetails, type SessionView } from '@verbatim/shared';
import type { z } from 'zod';
import { CommandFailure } from '../command.ts';
import type { Credentials } from './credentials.ts';

const requestTimeoutMs = 120_000;
const giveUpAfterMs = 120_000;
const firstBackOffMs = 200;
const longestBackOffMs = 5_000;

/** A refusal by the instance, as it said it. */
export class RefusedError extends CommandFailure {
  readonly problem: ProblemDetails;

  constructor(problem: ProblemDetails) {
    super(problem.detail === undefined ? problem.title : `${problem.title} ${problem.detail}`);
    this.problem = problem;
  }
}

/**
 * Speaks to a running instance. What could not be answered for certain (no connection, 503, 429) is asked again with
 * jitter for up to two minutes, so every request made here must be safe to repeat.
 */
export class ApiClient {
  readonly #origin: string;
  readonly #credentials: Credentials;
  #session: SessionView | undefined;

  constructor(origin: string, credentials: Credentials) {
    this.#origin = origin;
    this.#credentials = credentials;
  }

  /** @throws RefusedError when e-mail or password is wrong, CommandFailure when nothing answers. */
  async login(): Promise<SessionView> {
    const response = await this.#persist(() => this.#send('POST', '/auth/login', this.#credentials));
    this.#session = sessionView.parse(response);
    return this.#session;
  }

  async post<Answer extends z.ZodType>(
    path: string,
    body: unknown,
    answer: Answer,
  ): Promise<z.output<Answer>> {
    return answer.parse(await this.#persist(() => this.#authorized('POST', path, body)));
  }

  async get<Answer extends z.ZodType>(path: string, answer: Answer): Promise<z.output<Answer>> {
    return answer.parse(await this.#persist(() => this.#authorized('GET', path)));
  }

  /** Access tokens last minutes and imports hours: log in again when one has run out. */
  async #authorized(method: string, path: string, body?: unknown): Promise<unknown> {
    if (this.#session === undefined) await this.login();
    try {
      return await this.#send(method, path, body);
    } catch (error) {
      if (!(error instanceof RefusedError) || error.problem.status !== 401) throw error;
      await this.login();
      return await this.#send(method, path, body);
    }
  }

  async #send(method: string, path: string, body?: unknown): Promise<unknown> {
    const token = this.#session?.accessToken;
    const response = await fetch(new URL(path, this.#origin), {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && path !== '/auth/login' && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(requestTimeoutMs),
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok) return answer;
    const problem = problemSchema.safeParse(answer);
    if (problem.success) throw new RefusedError(problem.data);
    throw new CommandFailure(`${this.#origin} answered ${response.status} without saying why.`);
  }

  async #persist(request: () => Promise<unknown>): Promise<unknown> {
    const startedAt = performance.now();
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await request();
      } catch (error) {
        const waitMs = backOffMs(error, attempt);
        if (waitMs === undefined) throw error;
        if (performance.now() - startedAt + waitMs > giveUpAfterMs) throw this.#unreachable(error);
        await delay(waitMs);
      }
    }
  }

  #unreachable(cause: unknown): CommandFailure {
    if (cause instanceof RefusedError) return cause;
    return new CommandFailure(
      `${this.#origin} does not answer. Is Verbatim running there? (Start it with: npm start)`,
      { cause },
    );
  }
}

/** How long to wait before the next try; undefined when trying again can't help. */
function backOffMs(error: unknown, attempt: number): number | undefined {
  const jittered = Math.random() * Math.min(longestBackOffMs, firstBackOffMs * 2 ** attempt);
  if (error instanceof RefusedError) {
    const { status, retryAfterSeconds } = error.problem;
    if (status !== 503 && status !== 429) return undefined;
    return (retryAfterSeconds ?? 0) * 1_000 + jittered;
  }
  if (error instanceof CommandFailure) return undefined;
  return error instanceof TypeError || error instanceof DOMException ? jittered : undefined;
}
