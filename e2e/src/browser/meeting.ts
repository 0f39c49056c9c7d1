import { inject } from 'vitest';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { launchChromium } from '@verbatim/testing/chromium';
import { Person } from './person.ts';

/** A browser and an organization of its own on the shared instance. */
export class Meeting {
  readonly browser: Browser;
  readonly origin: string;
  readonly #people: Person[] = [];

  private constructor(browser: Browser, origin: string) {
    this.browser = browser;
    this.origin = origin;
  }

  static async open(origin: string = inject('origin')): Promise<Meeting> {
    return new Meeting(await launchChromium(), origin);
  }

  async visitor(options?: BrowserContextOptions): Promise<Person> {
    const person = await Person.arrive(this.browser, this.origin, options);
    this.#people.push(person);
    return person;
  }

  /** The owner of a fresh organization, in a room of it. */
  async owner(displayName: string, room = 'general', options?: BrowserContextOptions): Promise<Person> {
    const owner = await this.visitor(options);
    await owner.signUp(displayName);
    await owner.createRoom(room);
    return owner;
  }

  /** Somebody whom the owner invites, in the owner's public room. */
  async colleague(
    owner: Person,
    displayName: string,
    room = 'general',
    options?: BrowserContextOptions,
  ): Promise<Person> {
    const url = await owner.invite();
    const colleague = await this.visitor(options);
    await colleague.accept(url, displayName);
    await colleague.joinRoom(room);
    return colleague;
  }

  complaints(): string[] {
    return this.#people.flatMap((person) => person.complaints.all);
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}
