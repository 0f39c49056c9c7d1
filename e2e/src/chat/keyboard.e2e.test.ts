import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from '../browser/axe.ts';
import { Meeting } from '../browser/meeting.ts';
import type { Person } from '../browser/person.ts';

/** No pointer is used after the rooms are there. */
describe('somebody with a keyboard only', () => {
  let meeting: Meeting;
  let ada: Person;
  let grace: Person;

  beforeAll(async () => {
    meeting = await Meeting.open();
    ada = await meeting.owner('Ada Lovelace');
    grace = await meeting.colleague(ada, 'Grace Hopper');
    await ada.createRoom('second');
  });
  afterAll(() => meeting.close());

  const press = (keys: string) => ada.page.keyboard.press(keys);
  const focused = () =>
    ada.page.evaluate(
      () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.tagName,
    );

  test('jumps to a room by its name', async () => {
    await press('Control+k');
    await ada.page.getByRole('combobox', { name: 'Jump to a room or person' }).waitFor();
    expect(await accessibilityFaults(ada.page)).toEqual([]);
    await ada.page.keyboard.type('gener');
    await press('Enter');
    await ada.page.getByRole('textbox', { name: 'Message #general' }).waitFor();
  });

  test('goes to the next room, and to the next unread one', async () => {
    await press('Alt+ArrowDown');
    await ada.page.getByRole('textbox', { name: 'Message #second' }).waitFor();
    await grace.say('unread for Ada');
    await ada.roomLink('general, 1 unread').waitFor();
    await press('Alt+Shift+ArrowDown');
    await ada.page.getByRole('textbox', { name: 'Message #general' }).waitFor();
    await ada.reads('unread for Ada');
  });

  test('walks the list of rooms with the arrows', async () => {
    await ada.roomLink('general').focus();
    await press('ArrowDown');
    expect(await focused()).toMatch(/^second/);
    await press('ArrowUp');
    await press('Enter');
    await ada.page.getByRole('textbox', { name: 'Message #general' }).waitFor();
  });

  test('writes, walks through messages, answers and reacts', async () => {
    await ada.composer.focus();
    await ada.page.keyboard.type('typed by hand');
    await press('Enter');
    await grace.reads('typed by hand');
    await ada.page.getByRole('region', { name: 'Messages in' }).focus();
    await press('ArrowUp');
    await press('ArrowUp');
    expect(await focused()).toMatch(/^Grace Hopper/);
    await press('r');
    expect(await focused()).toMatch(/^Message #general/);
    await ada.page.keyboard.type('an answer by hand');
    await press('Enter');
    await grace.message('an answer by hand').getByText('unread for Ada').waitFor();
  });

  test('keeps the focus on a message while others arrive', async () => {
    await ada.page.getByRole('region', { name: 'Messages in' }).focus();
    await press('ArrowUp');
    const before = await focused();
    await grace.say('something new');
    await ada.reads('something new');
    expect(await focused()).toBe(before);
  });

  test('finds the list of shortcuts, and comes back from it', async () => {
    await press('?');
    await ada.page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    expect(await accessibilityFaults(ada.page)).toEqual([]);
    await press('Escape');
    await ada.page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused()).toMatch(/^Ada Lovelace/);
  });

  test('without an error', () => expect(meeting.complaints()).toEqual([]));
});
