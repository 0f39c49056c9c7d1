import { commandAnswer, type CommandAnswer } from '@verbatim/shared/browser';
import type { HttpClient, RequestOptions } from './http-client.ts';

/** Sends commands, and remembers how far the log was by then: queries that follow show what was done. */
export class Commands {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  post(path: string, body: unknown = {}, options: RequestOptions = {}): Promise<CommandAnswer> {
    return this.#noted(this.#http.post(commandAnswer, path, { ...options, body }));
  }

  put(path: string, body: unknown = {}): Promise<CommandAnswer> {
    return this.#noted(this.#http.put(commandAnswer, path, { body }));
  }

  patch(path: string, body: unknown): Promise<CommandAnswer> {
    return this.#noted(this.#http.patch(commandAnswer, path, { body }));
  }

  delete(path: string): Promise<CommandAnswer> {
    return this.#noted(this.#http.delete(commandAnswer, path));
  }

  async #noted(answer: Promise<CommandAnswer>): Promise<CommandAnswer> {
    const done = await answer;
    this.#http.hasSeen(done.position);
    return done;
  }
}
