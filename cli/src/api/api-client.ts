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
/** Being asked to wait a moment is as usual; nobody has to read of it before. */
const tellOfRefusalsAfterMs = 3_000;

/** A refusal by the instance, as it said it. */
export class RefusedError extends CommandFailure {
  readonly problem: ProblemDetails;

  constructor(problem: ProblemDetails) {
    super(wordsOf(problem));
    this.problem = problem;
  }
}

function wordsOf({ title, detail, errors = [], status, requestId }: ProblemDetails): string {
  const words = [title, detail, ...errors.map(({ path, message }) => `${path} ${message}.`)];
  if (status >= 500 && requestId !== undefined)
    words.push(`(Request ${requestId} in the log of the instance.)`);
  return words.filter((part) => part !== undefined).join(' ');
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
    this.#session = this.#parsed('/auth/login', sessionView, response);
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
    return this.#parsed(path, answer, await this.#answer({ method: 'GET', path }));
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
    return this.#parsed(request.path, answer, found);
  }

  #parsed<Answer extends z.ZodType>(path: string, answer: Answer, found: unknown): z.output<Answer> {
    const parsed = answer.safeParse(found);
    if (parsed.success) return parsed.data;
    throw new CommandFailure(
      `${this.#origin} answered ${path} otherwise than this command expects. Are both of the same release?`,
      { cause: parsed.error },
    );
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
    throw new CommandFailure(
      `${this.#origin} answered ${method} ${path} with ${response.status}, and not as Verbatim does. ` +
        'Is something else running there, or a proxy before it?',
    );
  }

  async #persist<Result>(request: () => Promise<Result>): Promise<Result> {
    const startedAt = performance.now();
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await request();
      } catch (error) {
        const waitMs = backOffMs(error, attempt);
        if (waitMs === undefined) throw error;
        const waitedMs = performance.now() - startedAt + waitMs;
        if (waitedMs > giveUpAfterMs) throw this.#givenUp(error);
        if (!(error instanceof RefusedError) || waitedMs > tellOfRefusalsAfterMs) this.#tellOfWaiting(error);
        await delay(waitMs);
      }
    }
  }

  /** Once, so that nobody looks at a line that does not come. */
  #tellOfWaiting(error: unknown): void {
    if (this.#hasToldOfWaiting) return;
    this.#hasToldOfWaiting = true;
    const why =
      error instanceof RefusedError ? `says: ${error.message}` : `does not answer: ${reasonOf(error)}.`;
    process.stderr.write(`${this.#origin} ${why} Trying again for ${giveUpMinutes} minutes.\n`);
  }

  #givenUp(cause: unknown): CommandFailure {
    const why =
      cause instanceof RefusedError
        ? `has said for ${giveUpMinutes} minutes: ${cause.message} ${this.#origin}/health/ready tells which part.`
        : `does not answer: ${reasonOf(cause)}. Is Verbatim running there? (Start it with: npm start)`;
    return new CommandFailure(`${this.#origin} ${why}`, { cause });
  }
}

const giveUpMinutes = giveUpAfterMs / 60_000;

/** `fetch` itself only says that it failed; why, its cause knows. */
function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return `nothing came within ${requestTimeoutMs / 1_000} seconds`;
  const { cause } = error instanceof Error ? error : {};
  // Of a name with several addresses, each of which was tried.
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  return first instanceof Error ? first.message : String(error);
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
