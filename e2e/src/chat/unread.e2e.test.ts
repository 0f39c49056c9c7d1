import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from '../browser/axe.ts';
import { Api } from '../browser/api.ts';
import { gate } from '../browser/gate.ts';
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

  test('end with what was read elsewhere while there was no connection', async () => {
    await grace.openRoom('elsewhere');
    await ada.say('eight');
    await grace.roomLink('general, 1 unread').waitFor();
    grace.complaints.expect((complaint) => /ERR_INTERNET_DISCONNECTED/.test(complaint));
    await grace.context.setOffline(true);
    await elsewhere('read', 'general');
    await grace.context.setOffline(false);
    await grace.page.getByRole('link', { name: 'general', exact: true }).waitFor();
  });

  test('end with what was read elsewhere while the list was on its way', async () => {
    await ada.say('nine');
    await grace.roomLink('general, 1 unread').waitFor();
    const { opened: mayAnswer, open: answer } = gate();
    await grace.page.route(/\/chat\/rooms\?/, async (route) => {
      const response = await route.fetch();
      await mayAnswer;
      await route.fulfill({ response });
    });
    const isLive = grace.page
      .waitForEvent('websocket')
      .then((socket) =>
        socket.waitForEvent('framereceived', { predicate: ({ payload }) => payload.includes('"ready"') }),
      );
    await grace.page.reload();
    await isLive;
    await elsewhere('read', 'general');
    answer();
    await grace.page.getByRole('link', { name: 'general', exact: true }).waitFor();
    await grace.page.unroute(/\/chat\/rooms\?/);
  });

  test('can be read again after they were marked unread elsewhere', async () => {
    await grace.openRoom('general');
    await grace.reads('nine');
    await grace.openRoom('elsewhere');
    await elsewhere('unread', 'general');
    await grace.roomLink('general, 1 unread').waitFor();
    await grace.openRoom('general');
    await grace.page.getByRole('link', { name: 'general', exact: true }).waitFor();
    await grace.page.reload();
    await grace.page.getByRole('link', { name: 'general', exact: true }).waitFor();
  });

  test('of mentions have a page, where they stand also after they were read', async () => {
    const mention = grace.page.getByRole('list', { name: 'Mentions' }).getByRole('listitem');
    await grace.openRoom('elsewhere');
    await ada.say('@Grace Hopper ten');
    await grace.page.getByRole('link', { name: 'Mentions, 1 unread' }).click();
    await mention.filter({ hasText: 'ten' }).filter({ hasText: 'Unread' }).waitFor();
    await mention.filter({ hasText: 'three' }).filter({ hasText: '#general' }).waitFor();
    expect(await accessibilityFaults(grace.page)).toEqual([]);
    await elsewhere('read', 'general');
    await grace.page.getByRole('link', { name: 'Mentions', exact: true }).waitFor();
    await mention.filter({ hasText: 'Unread' }).waitFor({ state: 'detached' });

    await ada.say('@Grace Hopper eleven');
    await mention.filter({ hasText: 'eleven' }).waitFor();
    await ada.chooseFor('eleven', 'Delete');
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await mention.filter({ hasText: 'eleven' }).waitFor({ state: 'detached' });
    await mention.filter({ hasText: 'ten' }).getByRole('link').click();
    await grace.reads('ten');
  });

  test('go on in a channel that was read along here and joined elsewhere', async () => {
    await ada.createRoom('lounge');
    const asAda = await Api.logIn(meeting.origin, ada.email, ada.password);
    const lounge = (await asAda.roomsByName()).get('lounge') ?? '';
    await grace.open(`/rooms/${lounge}`);
    await grace.button('Join channel').waitFor();
    const asGrace = await Api.logIn(meeting.origin, grace.email, grace.password);
    await asGrace.post(`/chat/rooms/${lounge}/join`, {});
    await grace.roomLink('lounge').waitFor();
    await grace.openRoom('elsewhere');
    await ada.say('said in the lounge');
    await grace.roomLink('lounge, 1 unread').waitFor();
  });

  /** Grace at another device, of the newest message. */
  async function elsewhere(what: 'read' | 'unread', name: string): Promise<void> {
    const api = await Api.logIn(meeting.origin, grace.email, grace.password);
    const roomId = (await api.roomsByName()).get(name) ?? '';
    await api.put(`/chat/rooms/${roomId}/${what}`, { seq: await api.newestOf(roomId) });
  }

  test('without an error', () => expect(meeting.complaints()).toEqual([]));
});
