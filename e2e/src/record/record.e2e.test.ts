import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { accessibilityFaults } from '../browser/axe.ts';
import { Api } from '../browser/api.ts';
import { Meeting } from '../browser/meeting.ts';
import type { Person } from '../browser/person.ts';

const trailItem = z.looseObject({ data: z.record(z.string(), z.unknown()) });
const trailAnswer = z.looseObject({ items: z.array(trailItem) });
type TrailItem = z.infer<typeof trailItem>;

describe('the record', () => {
  let meeting: Meeting;
  let ada: Person;
  let grace: Person;

  beforeAll(async () => {
    meeting = await Meeting.open();
    ada = await meeting.owner('Ada Lovelace');
    grace = await meeting.colleague(ada, 'Grace Hopper');
    await grace.say('pay 100 euros');
    await ada.reads('pay 100 euros');
    await grace.composer.press('ArrowUp');
    const edit = grace.page.getByRole('textbox', { name: 'Edit message' });
    await edit.fill('pay 1000 euros');
    await edit.press('Enter');
    await ada.reads('pay 1000 euros');
    await grace.say('a word too many');
    await ada.reads('a word too many');
    await grace.chooseFor('a word too many', 'Delete');
    await grace.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await ada.message('This message was deleted.').waitFor();
  });
  afterAll(() => meeting.close());

  const moment = () => ada.page.getByRole('slider', { name: 'Moment' });

  test('shows the room as it is, what was deleted struck through', async () => {
    await ada.page.getByRole('link', { name: 'Record', exact: true }).click();
    await ada.page.getByText('pay 1000 euros').waitFor();
    await ada.page.locator('.deleted').getByText('a word too many').waitFor();
    expect(await accessibilityFaults(ada.page)).toEqual([]);
  });

  test('goes back change by change, and marks what is otherwise now', async () => {
    await moment().press('ArrowLeft');
    await moment().press('ArrowLeft');
    await ada.page.getByRole('main').getByText('a word too many').waitFor({ state: 'detached' });
    await moment().press('ArrowLeft');
    await ada.page.getByRole('main').getByText('pay 100 euros').waitFor();
    await ada.page.getByText('edited since').waitFor();
  });

  test('plays like a film to the present', async () => {
    await ada.button('100×').click();
    await ada.button('Play').click();
    await ada.page.locator('.deleted').getByText('a word too many').waitFor();
    await ada.button('Play').waitFor();
  });

  test('shows the trail of a message word by word, proven by this browser', async () => {
    await ada.page.getByRole('link', { name: 'Trail', exact: true }).first().click();
    await ada.page.locator('ins', { hasText: '1000' }).waitFor();
    await ada.page
      .getByText(/checked by this browser/)
      .first()
      .waitFor();
    expect(await ada.page.getByText('Not proven').count()).toBe(0);
    expect(await accessibilityFaults(ada.page)).toEqual([]);
  });

  test('leads from a message’s trail to its room and back', async () => {
    await ada.page.getByRole('link', { name: 'The room around it' }).click();
    await moment().waitFor();
    await ada.page.goBack();
    await ada.page.locator('ins', { hasText: '1000' }).waitFor();
  });

  test.each<[string, RegExp, (items: TrailItem[]) => unknown]>([
    [
      'a changed word',
      /1 of 2 events/,
      (items) =>
        items.push(...items.splice(1).map((item) => ({ ...item, data: { ...item.data, text: 'pay 9' } }))),
    ],
    ['a hole', /1 of 1 event/, (items) => items.shift()],
  ])('shows a trail with %s as not proven', async (_what, sum, change) => {
    const trail = /\/audit\/messages\/[^/]+\/trail/;
    await ada.page.route(trail, async (route) => {
      const response = await route.fetch();
      const json = trailAnswer.parse(await response.json());
      change(json.items);
      await route.fulfill({ response, json });
    });
    await ada.page.reload();
    const alert = ada.page.getByRole('alert');
    await alert.getByRole('heading', { name: 'This trail is not proven' }).waitFor();
    await alert.getByText(sum).waitFor();
    expect(await ada.page.getByText(/Not proven:/).count()).toBe(1);
    expect(await accessibilityFaults(ada.page)).toEqual([]);
    await ada.page.unroute(trail);
  });

  test('lists every event, and every look at it', async () => {
    await ada.page.getByRole('link', { name: 'Audit trail' }).click();
    await ada.page.getByRole('cell', { name: 'Message edited' }).waitFor();
    await ada.page.getByLabel('What').selectOption('AuditAccessed');
    await ada.page.getByRole('cell', { name: 'Audit accessed' }).first().waitFor();
    await ada.page.getByRole('cell', { name: 'Message edited' }).waitFor({ state: 'detached' });
    await ada.page.getByRole('row').nth(1).getByRole('button').click();
    await ada.page.getByRole('region', { name: 'The event as it is stored' }).waitFor();
    expect(await accessibilityFaults(ada.page)).toEqual([]);
  });

  test('is signed', async () => {
    await ada.page.getByRole('link', { name: 'Proofs' }).click();
    await ada.button('Save the checkpoint').waitFor();
    expect(await accessibilityFaults(ada.page)).toEqual([]);
  });

  test('reads a trail that is longer than a page to its end', async () => {
    const api = await Api.logIn(meeting.origin, ada.email, ada.password);
    const roomId = (await api.roomsByName()).get('general') ?? '';
    const messageId = await api.send(roomId, 'version 0.');
    for (let version = 1; version <= 505; version += 1)
      await api.patch(`/chat/messages/${messageId}`, { text: `version ${version}.` });
    await ada.open(`/record/trail/${messageId}`);
    await ada.button('Show what happened later').click();
    await ada.page.locator('ins', { hasText: '505' }).waitFor();
    expect(await ada.page.getByRole('listitem').count()).toBeGreaterThan(505);
  });

  test('is not open to a member', async () => {
    await grace.open('/record/events');
    await grace.page.getByText('The record is not open to you').waitFor();
  });

  test('without an error', () => expect(meeting.complaints()).toEqual([]));
});
