import {
  errors,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Locator,
  type Page,
} from 'playwright-core';
import { Complaints } from './complaints.ts';

export const desktop = { width: 1280, height: 800 } as const;
export const phone = { width: 360, height: 720 } as const;

/** One person at one browser, who reads and clicks. */
export class Person {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: Complaints;
  readonly email = `${crypto.randomUUID()}@example.test`;
  readonly password = 'correct horse battery';
  readonly #origin: string;

  private constructor(context: BrowserContext, page: Page, origin: string) {
    this.context = context;
    this.page = page;
    this.complaints = new Complaints(page);
    this.#origin = origin;
  }

  static async arrive(
    browser: Browser,
    origin: string,
    options: BrowserContextOptions = {},
  ): Promise<Person> {
    const context = await browser.newContext({ viewport: desktop, locale: 'en-GB', ...options });
    context.setDefaultTimeout(actionTimeoutMs);
    return new Person(context, await context.newPage(), origin);
  }

  /** The same person in another tab of the same browser. */
  async anotherTab(): Promise<Person> {
    return new Person(this.context, await this.context.newPage(), this.#origin);
  }

  async open(path: string): Promise<void> {
    await this.page.goto(new URL(path, this.#origin).href);
  }

  async signUp(displayName: string, organizationName = 'Difference Engine'): Promise<void> {
    await this.open('/');
    await this.page.getByLabel('Organization name').fill(organizationName);
    await this.#introduce(displayName);
    await this.page.getByRole('button', { name: 'Sign up' }).click();
    await this.button('Create room').waitFor();
  }

  async accept(invitationUrl: string, displayName: string): Promise<void> {
    await this.page.goto(invitationUrl);
    await this.#introduce(displayName);
    await this.page.getByRole('button', { name: 'Join' }).click();
    await this.page.getByRole('navigation', { name: 'Rooms' }).waitFor();
  }

  async #introduce(displayName: string): Promise<void> {
    await this.page.getByLabel('Your name').fill(displayName);
    await this.page.getByLabel('E-mail').fill(this.email);
    await this.page.getByLabel('Password').fill(this.password);
  }

  /** The link that lets somebody else into the organization. */
  async invite(role?: string): Promise<string> {
    await this.page.getByRole('button', { name: 'Difference Engine' }).click();
    await this.page.getByRole('menuitem', { name: 'Invite people' }).click();
    if (role !== undefined) await this.page.getByLabel('Role').selectOption({ label: role });
    await this.button('Make a link').click();
    const url = await this.page.getByLabel('Invitation link').inputValue();
    await this.button('Done').click();
    return url;
  }

  async createRoom(name: string, visibility: 'Public' | 'Private' = 'Public'): Promise<void> {
    await this.button('Create room').click();
    await this.page.getByLabel('Name', { exact: true }).fill(name);
    await this.page.getByRole('radio', { name: visibility }).check();
    await this.button('Create', true).click();
    await this.#isInRoom(name);
  }

  async joinRoom(name: string): Promise<void> {
    await this.open('/browse');
    await this.button(`Join ${name}`).click();
    await this.#isInRoom(name);
  }

  async openRoom(name: string): Promise<void> {
    await this.roomLink(name).click();
    await this.#isInRoom(name);
  }

  /** Its messages are there, not only its frame. */
  async #isInRoom(name: string): Promise<void> {
    await this.page.getByRole('textbox', { name: `Message #${name}` }).waitFor();
    await this.page.getByRole('region', { name: `Messages in ${name}` }).waitFor();
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: /^Message/ });
  }

  roomLink(name: string): Locator {
    return this.page
      .getByRole('navigation', { name: 'Rooms' })
      .getByRole('link', { name: new RegExp(`^${name}\\b`) });
  }

  button(name: string, exact = false): Locator {
    return this.page.getByRole('button', { name, exact });
  }

  /** The message on the screen that holds this text. */
  message(text: string): Locator {
    return this.page.getByRole('article').filter({ hasText: text });
  }

  async reads(text: string): Promise<void> {
    await this.message(text).first().waitFor();
  }

  /**
   * Opens the toolbar of a message and presses one of its buttons. A list that moves takes both from under the pointer:
   * whoever meant the message points at it again.
   */
  async actOn(text: string, action: string): Promise<void> {
    const message = this.message(text).first();
    const button = message.getByRole('button', { name: action, exact: true });
    const deadline = performance.now() + actionTimeoutMs;
    for (;;) {
      await message.hover();
      try {
        await button.click({ timeout: pointedAtMs });
        return;
      } catch (error) {
        if (!(error instanceof errors.TimeoutError) || performance.now() > deadline) throw error;
      }
    }
  }

  async chooseFor(text: string, item: string): Promise<void> {
    await this.actOn(text, 'More actions');
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  async leave(): Promise<void> {
    await this.context.close();
  }
}

const actionTimeoutMs = 30_000;
/** As long as somebody keeps pointing at what does not come. */
const pointedAtMs = 3_000;
