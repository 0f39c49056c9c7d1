import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from '../browser/axe.ts';
import { Meeting } from '../browser/meeting.ts';
import type { Person } from '../browser/person.ts';

describe('two people of one organization', () => {
  let meeting: Meeting;
  let ada: Person;
  let grace: Person;

  beforeAll(async () => {
    meeting = await Meeting.open();
  });
  afterAll(() => meeting.close());

  test('find each other: one signs up and invites, the other accepts', async () => {
    ada = await meeting.owner('Ada Lovelace');
    grace = await meeting.colleague(ada, 'Grace Hopper');
  });

  test('talk live', async () => {
    await ada.say('Is anybody here?');
    await grace.reads('Is anybody here?');
    await grace.say('I am, **always**.');
    await ada.reads('I am, always.');
    await ada.message('I am, always.').getByText('always', { exact: true }).waitFor();
  });

  test('see that the other types, until the words come or the typing ends', async () => {
    const typing = grace.page.getByText('Ada Lovelace is typing…');
    await ada.composer.pressSequentially('Thinking');
    await typing.waitFor();
    await ada.composer.press('Enter');
    await grace.reads('Thinking');
    await typing.waitFor({ state: 'detached' });
    await ada.composer.pressSequentially('And again', { delay: 70 });
    await typing.waitFor();
    await ada.composer.press('Enter');
    await grace.reads('And again');
    // With the words, not when six seconds of silence are over.
    await typing.waitFor({ state: 'detached', timeout: 4_000 });
    await ada.composer.pressSequentially('On second thought');
    await typing.waitFor();
    await ada.composer.fill('');
    await typing.waitFor({ state: 'detached' });
    expect(await grace.message('On second thought').count()).toBe(0);
  });

  test('see their own words at once, though nothing reaches the server', async () => {
    await ada.context.setOffline(true);
    await ada.say('shown before it was sent');
    await ada.reads('shown before it was sent');
    await ada.context.setOffline(false);
    await grace.reads('shown before it was sent');
  });

  test('find everything again after a reload', async () => {
    await grace.page.reload();
    await grace.reads('Is anybody here?');
    await grace.reads('I am, always.');
    expect(await grace.message('Is anybody here?').count()).toBe(1);
  });

  test('meet no error and no barrier on the way', async () => {
    expect(meeting.complaints()).toEqual([]);
    expect(await accessibilityFaults(ada.page)).toEqual([]);
  });
});
