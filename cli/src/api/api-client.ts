import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { problemSchema, sessionView, type ProblemDetails, type SessionView } from '@verbatim/shared';
import { z } from 'zod';
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

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** The same for every try, so that a command is done once. */
  readonly idempotencyKey?: string;
  /** What is streamed takes as long as it takes. */
  readonly isStreamed?: boolean;
}

const positioned = z.object({ position: z.string() });

/**
 * Speaks to a running instance. What could not be answered for certain (no connection, 503, 429) is asked again with
 * jitter for up to two minutes; commands carry a key by which the instance knows them again. Questions wait until the
 * instance has read what earlier commands did.
 */
export class ApiClient {
  readonly #origin: string;
  readonly #credentials: Credentials;
  #session: SessionView | undefined;
  /** Of the newest command. */
  #seenPosition: string | undefined;
  #hasToldOfWaiting = false;

  constructor(origin: string, credentials: Credentials) {
    this.#origin = origin;
    this.#credentials = credentials;
  }

  /** @throws RefusedError when e-mail or password is wrong, CommandFailure when nothing answers. */
  async login(): Promise<SessionView> {
    const request = { method: 'POST', path: '/auth/login', body: this.#credentials };
    const response = await this.#persist(async () => (await this.#send(request)).json());
    this.#session = sessionView.parse(response);
    return this.#session;
  }

  async post<Answer extends z.ZodType>(
    path: string,
    body: unknown,
    answer: Answer,
  ): Promise<z.output<Answer>> {
    return this.#command({ method: 'POST', path, body }, answer);
  }

  async delete<Answer extends z.ZodType>(path: string, answer: Answer): Promise<z.output<Answer>> {
    return this.#command({ method: 'DELETE', path }, answer);
  }

  async get<Answer extends z.ZodType>(path: string, answer: Answer): Promise<z.output<Answer>> {
    return answer.parse(await this.#answer({ method: 'GET', path }));
  }

  /** What is sent as it comes. @throws RefusedError before anything has come. */
  async stream(path: string): Promise<ReadableStream<Uint8Array>> {
    const request = { method: 'GET', path, isStreamed: true };
    const { body } = await this.#persist(() => this.#authorized(request));
    if (body === null) throw new CommandFailure(`${this.#origin} answered with nothing.`);
    return body;
  }

  async #command<Answer extends z.ZodType>(request: Request, answer: Answer): Promise<z.output<Answer>> {
    const found = await this.#answer({ ...request, idempotencyKey: randomUUID() });
    this.#seenPosition = positioned.safeParse(found).data?.position ?? this.#seenPosition;
    return answer.parse(found);
  }

  #answer(request: Request): Promise<unknown> {
    return this.#persist(async () => (await this.#authorized(request)).json());
  }

  /** Access tokens last minutes and imports hours: log in again when one has run out. */
  async #authorized(request: Request): Promise<Response> {
    if (this.#session === undefined) await this.login();
    try {
      return await this.#send(request);
    } catch (error) {
      if (!(error instanceof RefusedError) || error.problem.status !== 401) throw error;
      await this.login();
      return await this.#send(request);
    }
  }

  async #send({ method, path, body, idempotencyKey, isStreamed }: Request): Promise<Response> {
    const token = path === '/auth/login' ? undefined : this.#session?.accessToken;
    const response = await fetch(new URL(path, this.#origin), {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
        ...(method === 'GET' && this.#seenPosition !== undefined && { 'x-min-position': this.#seenPosition }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(isStreamed !== true && { signal: AbortSignal.timeout(requestTimeoutMs) }),
    });
    if (response.ok) return response;
    const problem = problemSchema.safeParse(await response.json().catch(() => undefined));
    if (problem.success) throw new RefusedError(problem.data);
    throw new CommandFailure(`${this.#origin} answered ${response.status} without saying why.`);
  }

  async #persist<Result>(request: () => Promise<Result>): Promise<Result> {
    const startedAt = performance.now();
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await request();
      } catch (error) {
        const waitMs = backOffMs(error, attempt);
        if (waitMs === undefined) throw error;
        if (performance.now() - startedAt + waitMs > giveUpAfterMs) throw this.#unreachable(error);
        this.#tellOfWaiting(error);
        await delay(waitMs);
      }
    }
  }

  /** Once, so that nobody looks at a line that does not come. */
  #tellOfWaiting(error: unknown): void {
    if (this.#hasToldOfWaiting || error instanceof RefusedError) return;
    this.#hasToldOfWaiting = true;
    const minutes = giveUpAfterMs / 60_000;
    process.stderr.write(`${this.#origin} does not answer; trying again for ${minutes} minutes.\n`);
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
