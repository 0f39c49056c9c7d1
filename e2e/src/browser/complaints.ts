import type { Page } from 'playwright-core';

/** What a browser complains about while somebody uses the page: errors on the console, broken requests, scripts stopped. */
export class Complaints {
  readonly #list: string[] = [];
  #isExpected = (_complaint: string): boolean => false;

  constructor(page: Page) {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.#add(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.#add(`exception: ${error.stack ?? error.message}`));
    page.on('response', (response) => {
      if (response.status() >= 400)
        this.#add(`${response.status()} ${response.request().method()} ${response.url()}`);
    });
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? '';
      // A page that is left aborts what it had asked for.
      if (reason !== 'net::ERR_ABORTED') this.#add(`failed: ${request.url()} ${reason}`);
    });
  }

  /** From here on complaints of this kind belong to the story (a server that was stopped). */
  expect(isExpected: (complaint: string) => boolean): void {
    this.#isExpected = isExpected;
  }

  get all(): readonly string[] {
    return this.#list;
  }

  #add(complaint: string): void {
    if (!this.#isExpected(complaint)) this.#list.push(complaint);
  }
}
