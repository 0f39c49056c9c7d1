import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from '../browser/axe.ts';
import { Meeting } from '../browser/meeting.ts';
import type { Person } from '../browser/person.ts';

describe('unread counts', () => {
  let meeting: Meeting;
  let ada: Person;
  let grace: Person;
  beforeAll(async () => {
    meeting = await Meeting.open();
    ada = await meeting.owner('Ada Lovelace');
    grace = await meeting.colleague(ada, 'Grace Hopper');
    await grace.createRoom('elsewhere');
  });
  afterAll(() => meeting.close());

  test('count what was said where one does not look, and mentions apart', async () => {
    await ada.say('one');
    await ada.say('two');
    await grace.roomLink('general, 2 unread').waitFor();
    await ada.say('@Grace Hopper three');
    await grace.roomLink('general, 3 unread, 1 mention').waitFor();
    expect(await grace.page.title()).toContain('(1)');
  });

  test('survive a reload to the number', async () => {
    await grace.page.reload();
    await grace.roomLink('general, 3 unread, 1 mention').waitFor();
  });

  test('lead to a line where reading goes on, and end with it', async () => {
    await grace.openRoom('general');
    await grace.page.getByText(/^3 new messages since/).waitFor();
    expect(await accessibilityFaults(grace.page)).toEqual([]);
    await grace.page.getByRole('link', { name: 'general', exact: true }).waitFor();
    await grace.openRoom('elsewhere');
    await grace.openRoom('general');
    await grace.reads('two');
    expect(await grace.page.getByText(/new messages? since/).count()).toBe(0);
  });

  test('do not count what was read the moment before the page was left', async () => {
    await ada.say('four');
    await grace.reads('four');
    await ada.say('five');
    await grace.reads('five');
    await grace.open('/browse');
    await grace.page.getByRole('link', { name: 'general', exact: true }).waitFor();
    await grace.openRoom('general');
    await grace.reads('five');
  });

  test('come back from a message on when it is marked unread', async () => {
    await grace.chooseFor('two', 'Mark as unread');
    await grace.page.getByText(/^4 new messages since/).waitFor();
    await grace.openRoom('elsewhere');
    await grace.roomLink('general, 4 unread').waitFor();
  });

  test('leave the room live when it is opened again', async () => {
    await grace.openRoom('general');
    await grace.page.reload();
    await grace.reads('five');
    await grace.chooseFor('two', 'Mark as unread');
    await grace.page.getByText(/^4 new messages since/).waitFor();
    await grace.openRoom('elsewhere');
    await grace.openRoom('general');
    // What was said before may have come with the page that was fetched; the second one comes by itself only.
    for (const text of ['six', 'seven']) {
      await ada.say(text);
      await grace.reads(text);
    }
    await grace.page.getByRole('link', { name: 'general', exact: true }).waitFor();
  });

  test('without an error', () => expect(meeting.complaints()).toEqual([]));
});
