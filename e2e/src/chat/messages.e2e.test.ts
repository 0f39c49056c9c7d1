import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from '../browser/axe.ts';
import { Meeting } from '../browser/meeting.ts';
import type { Person } from '../browser/person.ts';

describe('what one can do with messages', () => {
  let meeting: Meeting;
  let ada: Person;
  let grace: Person;
  beforeAll(async () => {
    meeting = await Meeting.open();
    ada = await meeting.owner('Ada Lovelace');
    grace = await meeting.colleague(ada, 'Grace Hopper');
  });
  afterAll(() => meeting.close());

  test('react, see the reaction counted by others, and take it back', async () => {
    await ada.say('react to this');
    await grace.reads('react to this');
    await grace.actOn('react to this', 'React');
    await grace.page.locator('[aria-label="Search emoji"]:focus').waitFor();
    await grace.page.keyboard.type('tada');
    await grace.page.keyboard.press('Enter');
    const chip = (person: Person, count: number) =>
      person.message('react to this').getByRole('button', { name: `🎉, ${count}` });
    await chip(ada, 1).click();
    await chip(grace, 2).click();
    await chip(ada, 1).waitFor();
    expect(await accessibilityFaults(grace.page)).toEqual([]);
  });

  test('reply with the quoted line', async () => {
    await grace.actOn('react to this', 'Reply');
    await grace.say('this is an answer');
    await ada
      .message('this is an answer')
      .getByRole('button', { name: /In reply to Ada Lovelace: react to this/ })
      .waitFor();
  });

  test('edit with the arrow key, and show every version', async () => {
    await ada.say('pay 100 euros');
    await grace.reads('pay 100 euros');
    await ada.composer.press('ArrowUp');
    const edit = ada.page.getByRole('textbox', { name: 'Edit message' });
    await edit.fill('pay 1000 euros');
    await edit.press('Enter');
    await grace.message('pay 1000 euros').getByRole('button', { name: '(edited)' }).click();
    const versions = grace.page.getByRole('complementary', { name: 'Versions' });
    await versions.getByText('1000', { exact: true }).waitFor();
    await versions.locator('del').getByText('100').waitFor();
    expect(await accessibilityFaults(grace.page)).toEqual([]);
    await versions.getByRole('button', { name: 'Close' }).click();
  });

  test('delete one’s own after being asked', async () => {
    await ada.say('this was a mistake');
    await grace.reads('this was a mistake');
    await ada.chooseFor('this was a mistake', 'Delete');
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await grace.message('This message was deleted.').waitFor();
    await grace.message('this was a mistake').waitFor({ state: 'detached' });
  });

  test('talk in a thread, which the room shows as a line', async () => {
    await ada.actOn('pay 1000 euros', 'Open thread');
    const thread = ada.page.getByRole('complementary', { name: 'Thread' });
    await thread.getByRole('textbox', { name: 'Reply in thread' }).fill('said in the thread');
    await thread.getByRole('textbox', { name: 'Reply in thread' }).press('Enter');
    await thread.getByRole('article').filter({ hasText: 'said in the thread' }).waitFor();
    await grace.message('pay 1000 euros').getByRole('button', { name: '1 reply' }).click();
    const other = grace.page.getByRole('complementary', { name: 'Thread' });
    await other.getByRole('article').filter({ hasText: 'said in the thread' }).waitFor();
    await other.getByRole('textbox', { name: 'Reply in thread' }).fill('answered there');
    await other.getByRole('button', { name: 'Send' }).click();
    await thread.getByRole('article').filter({ hasText: 'answered there' }).waitFor();
    expect(await accessibilityFaults(ada.page)).toEqual([]);
  });

  test('call somebody by name, who sees it marked', async () => {
    await ada.composer.fill('');
    await ada.composer.pressSequentially('look at this, @Gra');
    await ada.page.getByRole('option', { name: /Grace Hopper/ }).waitFor();
    await ada.composer.press('Enter');
    await ada.composer.press('Enter');
    await grace.message('look at this').getByText('@Grace Hopper').waitFor();
  });

  test('pin for everybody', async () => {
    await ada.chooseFor('pay 1000 euros', 'Pin to room');
    await grace.button('Pinned messages').click();
    await grace.page
      .getByRole('complementary', { name: 'Pinned messages' })
      .getByText('pay 1000 euros')
      .waitFor();
  });

  test('see who has read', async () => {
    await ada.say('who has seen this?');
    await grace.reads('who has seen this?');
    await ada.page.getByText('Seen by Grace Hopper').waitFor();
  });

  test('without an error', () => expect(meeting.complaints()).toEqual([]));
});
