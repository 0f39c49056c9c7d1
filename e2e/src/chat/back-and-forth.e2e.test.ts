import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from '../browser/axe.ts';
import { Api } from '../browser/api.ts';
import { gate } from '../browser/gate.ts';
import { Meeting } from '../browser/meeting.ts';
import type { Person } from '../browser/person.ts';

describe('going back and forth between rooms', () => {
  let meeting: Meeting;
  let ada: Person;
  let grace: Person;
  /** What Grace's page asked the server for, of messages. */
  const asked: string[] = [];
  beforeAll(async () => {
    meeting = await Meeting.open();
    ada = await meeting.owner('Ada Lovelace');
    grace = await meeting.colleague(ada, 'Grace Hopper');
    grace.page.on('request', (request) => {
      if (/\/messages\?/.test(request.url())) asked.push(request.url());
    });
    await ada.say('to be edited');
    await ada.say('to be deleted');
    await grace.reads('to be deleted');
    await grace.createRoom('elsewhere');
  });
  afterAll(() => meeting.close());

  test('finds the room as it stands now, at once', async () => {
    await ada.chooseFor('to be edited', 'Edit');
    await ada.page.getByRole('textbox', { name: 'Edit message' }).fill('edited meanwhile');
    await ada.page.keyboard.press('Enter');
    await ada.chooseFor('to be deleted', 'Delete');
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await ada.page.getByRole('dialog').waitFor({ state: 'detached' });
    await ada.say('said meanwhile');
    await grace.roomLink('general, 1 unread').waitFor();
    asked.length = 0;
    await grace.openRoom('general');
    expect(await grace.message('edited meanwhile').count()).toBe(1);
    expect(await grace.message('said meanwhile').count()).toBe(1);
    expect(await grace.page.getByRole('article').filter({ hasText: 'to be' }).count()).toBe(0);
    expect(asked).toEqual([]);
  });

  test('shows where reading goes on, and counts it as read', async () => {
    await grace.page.getByText(/^1 new message since/).waitFor();
    expect(await accessibilityFaults(grace.page)).toEqual([]);
    await grace.page.getByRole('link', { name: 'general', exact: true }).waitFor();
    await grace.openRoom('elsewhere');
    await grace.openRoom('general');
    await grace.reads('said meanwhile');
    expect(await grace.page.getByText(/new messages? since/).count()).toBe(0);
  });

  test('misses nothing that came while there was no connection', async () => {
    await grace.openRoom('elsewhere');
    grace.complaints.expect((complaint) => /ERR_INTERNET_DISCONNECTED/.test(complaint));
    await grace.context.setOffline(true);
    await ada.say('said to somebody off line');
    await ada.reads('said to somebody off line');
    await grace.openRoom('general');
    await grace.context.setOffline(false);
    await grace.reads('said to somebody off line');
    await ada.say('and to somebody on line');
    await grace.reads('and to somebody on line');
    expect(await grace.message('said to somebody off line').count()).toBe(1);
  });

  test('loads what lies further back when one reads there', async () => {
    const api = await Api.logIn(meeting.origin, ada.email, ada.password);
    const general = (await api.roomsByName()).get('general') ?? '';
    await api.sendMany(
      general,
      Array.from({ length: 70 }, (_, index) => `number ${index}.`),
    );
    await api.send(general, 'number 70.');
    await grace.reads('number 70.');
    await grace.openRoom('elsewhere');
    await grace.openRoom('general');
    const list = grace.page.getByRole('region', { name: 'Messages in general' });
    await expect
      .poll(
        async () => {
          await list.evaluate((element) => {
            element.scrollTop = 0;
          });
          return grace.message('edited meanwhile').count();
        },
        { timeout: 30_000 },
      )
      .toBe(1);
  });

  test('counts what came while a room was being fetched', async () => {
    const api = await Api.logIn(meeting.origin, ada.email, ada.password);
    const deep = (await api.roomsByName()).get('general') ?? '';
    // A fresh page, which has not held the room yet, and a way into the middle of it that takes its time.
    await grace.openRoom('elsewhere');
    await grace.page.reload();
    await grace.page.getByRole('link', { name: 'general', exact: true }).waitFor();
    // Of this room: the page asks for the participants of the one it shows first, too.
    const participants = new RegExp(`${deep}/participants`);
    const isAsked = grace.page.waitForRequest(participants);
    const { opened: mayAnswer, open: answer } = gate();
    await grace.page.route(participants, async (route) => {
      await mayAnswer;
      await route.continue();
    });
    await grace.page.evaluate((href) => {
      const link = Object.assign(document.createElement('a'), { href });
      document.body.append(link);
      link.click();
      link.remove();
    }, `/rooms/${deep}/3`);
    await isAsked;
    for (const text of ['uncounted one', 'uncounted two']) await ada.say(text);
    await grace.roomLink('general, 2 unread').waitFor();
    answer();
    await grace.page
      .getByRole('region', { name: 'Messages in general' })
      .getByRole('article')
      .first()
      .waitFor();
    await ada.say('uncounted three');
    await grace.roomLink('general, 3 unread').waitFor();
    await grace.page.unroute(participants);
  });

  test('shows nothing any more of somebody who was erased as one left', async () => {
    const bob = await meeting.colleague(ada, 'Bob');
    await bob.say('private words of Bob');
    await ada.reads('private words of Bob');
    await ada.createRoom('somewhere');
    await ada.openRoom('general');
    await bob.leave();
    const api = await Api.logIn(meeting.origin, ada.email, ada.password);
    const userId = await api.personByName('Bob');
    const isFetchedAfresh = ada.page.waitForRequest(/messages\?/);
    const { opened: mayAnswer, open: answer } = gate();
    await ada.page.route(/messages\?/, async (route) => {
      await mayAnswer;
      await route.abort().catch(() => undefined); // a page that is left has aborted it itself
    });
    ada.complaints.expect((complaint) => /ERR_FAILED/.test(complaint));
    const isErased = api.post('/audit/erasures', { userId, reason: 'their wish' });
    await isFetchedAfresh;
    await ada.openRoom('somewhere');
    answer();
    await isErased;
    await ada.page.unroute(/messages\?/);
    await ada.openRoom('general');
    await ada.reads('The content of this message was erased.');
    expect(await ada.message('private words of Bob').count()).toBe(0);
  });

  test('without an error', () => expect(meeting.complaints()).toEqual([]));
});
