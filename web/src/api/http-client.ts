import { problemSchema } from '@verbatim/shared/browser';
import type { z } from 'zod';
import { ProblemFault, UnexpectedAnswerFault, UnreachableFault } from '../problems/faults.ts';

/** Who may ask: the token to send, and another once that was refused; undefined when the session has ended. */
export interface AccessTokens {
  get(): Promise<string | undefined>;
  replace(refused: string): Promise<string | undefined>;
}

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** Makes a retry of a command that names no id of its own the same command. */
  readonly idempotencyKey?: string;
  /** The browser takes the answer's cookies even when the page is left meanwhile. */
  readonly outlivesPage?: boolean;
}

/** An answer slower than this is as good as none; commands are safe to retry. */
const answerTimeoutMs = 20_000;

/** JSON over HTTP on our own origin: every answer is parsed by its schema, every refusal is a `ProblemFault`. */
export class HttpClient {
  readonly #tokens: AccessTokens | undefined;
  #seenPosition = 0n;

  constructor(tokens?: AccessTokens) {
    this.#tokens = tokens;
  }

  get<Answer>(schema: z.ZodType<Answer>, path: string, options: RequestOptions = {}): Promise<Answer> {
    return this.#parsed(schema, 'GET', path, options);
  }

  post<Answer>(schema: z.ZodType<Answer>, path: string, options: RequestOptions = {}): Promise<Answer> {
    return this.#parsed(schema, 'POST', path, options);
  }

  put<Answer>(schema: z.ZodType<Answer>, path: string, options: RequestOptions = {}): Promise<Answer> {
    return this.#parsed(schema, 'PUT', path, options);
  }

  patch<Answer>(schema: z.ZodType<Answer>, path: string, options: RequestOptions = {}): Promise<Answer> {
    return this.#parsed(schema, 'PATCH', path, options);
  }

  delete<Answer>(schema: z.ZodType<Answer>, path: string, options: RequestOptions = {}): Promise<Answer> {
    return this.#parsed(schema, 'DELETE', path, options);
  }

  /** Every later query waits until the server shows at least this position: one reads one's own writes. */
  hasSeen(position: string): void {
    const seen = BigInt(position);
    if (seen > this.#seenPosition) this.#seenPosition = seen;
  }

  async #parsed<Answer>(
    schema: z.ZodType<Answer>,
    method: string,
    path: string,
    options: RequestOptions,
  ): Promise<Answer> {
    const response = await this.#send(method, path, options);
    const answer = schema.safeParse(response.status === 204 ? undefined : await jsonOf(response));
    if (!answer.success) throw new UnexpectedAnswerFault(`${method} ${path}`, { cause: answer.error });
    return answer.data;
  }

  /** The raw answer, for downloads and streams; refusals are thrown here too. */
  async raw(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
    return this.#send(method, path, options);
  }

  async #send(method: string, path: string, options: RequestOptions): Promise<Response> {
    const token = await this.#tokens?.get();
    let response = await this.#fetch(method, path, options, token);
    if (response.status === 401 && token !== undefined) {
      const renewed = await this.#tokens?.replace(token);
      if (renewed !== undefined) response = await this.#fetch(method, path, options, renewed);
    }
    if (!response.ok) throw await problemOf(response);
    return response;
  }

  async #fetch(
    method: string,
    path: string,
    options: RequestOptions,
    token: string | undefined,
  ): Promise<Response> {
    const headers = new Headers({ accept: 'application/json' });
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    if (options.body !== undefined) headers.set('content-type', 'application/json');
    if (options.idempotencyKey !== undefined) headers.set('idempotency-key', options.idempotencyKey);
    if (method === 'GET' && this.#seenPosition > 0n)
      headers.set('x-min-position', String(this.#seenPosition));
    const timeout = AbortSignal.timeout(answerTimeoutMs);
    try {
      return await fetch(pathWithQuery(path, options.query), {
        method,
        headers,
        credentials: 'same-origin',
        keepalive: options.outlivesPage === true,
        signal: options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]),
        ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
      });
    } catch (cause) {
      if (options.signal?.aborted === true) throw cause;
      throw new UnreachableFault(`${method} ${path}`, { cause });
    }
  }
}

function pathWithQuery(path: string, query: RequestOptions['query'] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (cause) {
    throw new UnexpectedAnswerFault('not JSON', { cause });
  }
}

async function problemOf(response: Response): Promise<Error> {
  const problem = problemSchema.safeParse(await response.json().catch(() => undefined));
  if (problem.success) return new ProblemFault(problem.data);
  return response.status >= 500
    ? new UnreachableFault(`status ${response.status}`)
    : new UnexpectedAnswerFault(`status ${response.status}`);
}
