import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from '../browser/axe.ts';
import { Meeting } from '../browser/meeting.ts';
import type { Person } from '../browser/person.ts';

describe('one person in three tabs', () => {
  let meeting: Meeting;
  let ada: Person;
  let tabs: Person[];
  let grace: Person;

  beforeAll(async () => {
    meeting = await Meeting.open();
    ada = await meeting.owner('Ada Lovelace');
    grace = await meeting.colleague(ada, 'Grace Hopper');
    const address = new URL(ada.page.url()).pathname;
    tabs = [ada, await ada.anotherTab(), await ada.anotherTab()];
    for (const tab of tabs.slice(1)) {
      await tab.open(address);
      await tab.composer.waitFor();
    }
  });
  afterAll(() => meeting.close());

  test('sees each message once in every tab, whichever tab wrote it', async () => {
    await tabs[1]?.say('from the second tab');
    await grace.say('from Grace');
    for (const person of [...tabs, grace]) {
      await person.reads('from the second tab');
      await person.reads('from Grace');
      expect(await person.message('from the second tab').count()).toBe(1);
    }
  });

  test('goes on in the others when the tab that holds the connection is closed', async () => {
    await tabs[0]?.page.close();
    await grace.say('after the first tab was closed');
    await tabs[1]?.reads('after the first tab was closed');
    await tabs[2]?.reads('after the first tab was closed');
    await tabs[2]?.say('and back');
    await grace.reads('and back');
    expect(await accessibilityFaults(grace.page)).toEqual([]);
    for (const tab of tabs.slice(1)) expect(await accessibilityFaults(tab.page)).toEqual([]);
  });

  test('is logged out in all tabs at once', async () => {
    await tabs[1]?.open('/settings');
    await tabs[1]?.button('Log out', true).click();
    await tabs[2]?.button('Log in').waitFor();
    await tabs[1]?.button('Log in').waitFor();
    for (const tab of tabs.slice(1)) expect(await accessibilityFaults(tab.page)).toEqual([]);
  });

  test('without an error', () =>
    expect([...meeting.complaints(), ...tabs.flatMap((tab) => tab.complaints.all)]).toEqual([]));
});
