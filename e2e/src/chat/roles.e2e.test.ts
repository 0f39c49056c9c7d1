import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from '../browser/axe.ts';
import { Meeting } from '../browser/meeting.ts';
import type { Person } from '../browser/person.ts';

describe('roles', () => {
  let meeting: Meeting;
  let ada: Person;
  let grace: Person;

  beforeAll(async () => {
    meeting = await Meeting.open();
    ada = await meeting.owner('Ada Lovelace');
    grace = await meeting.colleague(ada, 'Grace Hopper');
    await ada.say('written by Ada');
    await grace.reads('written by Ada');
  });
  afterAll(() => meeting.close());

  const details = (person: Person) => person.page.getByRole('complementary', { name: 'Room details' });
  const menuOf = async (person: Person, text: string) => {
    await person.actOn(text, 'More actions');
    const items = await person.page.getByRole('menuitem').allTextContents();
    await person.page.keyboard.press('Escape');
    return items.map((item) => item.trim());
  };

  test('offer a member only what a member may do', async () => {
    const items = await menuOf(grace, 'written by Ada');
    expect(items.join()).not.toMatch(/Edit|Delete|Pin/);
  });

  test('are changed by the admin of a room, and take effect at once', async () => {
    await ada.button('Room details').click();
    await details(ada).getByLabel('Role of Grace Hopper').selectOption('moderator');
    await grace.button('Room details').click();
    await details(grace).getByText('moderator').waitFor();
    const items = await menuOf(grace, 'written by Ada');
    expect(items.join()).toMatch(/Pin.*Delete/);
    expect(await accessibilityFaults(ada.page)).toEqual([]);
  });

  test('close a room for writing to all but moderators', async () => {
    await details(ada).getByLabel('Who can write').selectOption('moderators');
    await details(ada).getByRole('button', { name: 'Save changes' }).click();
    await details(ada).getByLabel('Role of Grace Hopper').selectOption('member');
    await grace.page.getByText('Only moderators write here.').waitFor();
    await details(ada).getByLabel('Who can write').selectOption('everyone');
    await details(ada).getByRole('button', { name: 'Save changes' }).click();
    await grace.composer.waitFor();
  });

  test('let an admin take somebody out, who can read the public channel on and join again', async () => {
    await details(ada).getByRole('button', { name: 'Remove Grace Hopper' }).click();
    await grace.page.getByText('You are reading along.').waitFor();
    await grace.button('Join channel').click();
    await grace.composer.waitFor();
  });

  test('in the organization keep its administration to those who have it', async () => {
    await grace.open('/administration/people');
    await grace.page.getByText('It is not open to you').waitFor();
    expect(await grace.button('Invite people').count()).toBe(0);
    expect(await accessibilityFaults(grace.page)).toEqual([]);
  });

  test('in the organization let an owner deactivate somebody, who is out at once', async () => {
    grace.complaints.expect((complaint) => complaint.includes('401'));
    await ada.open('/administration/people');
    await ada.button('Deactivate Grace Hopper').click();
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click();
    await grace.button('Log in').waitFor();
    await ada.button('Reactivate Grace Hopper').waitFor();
    expect(await accessibilityFaults(ada.page)).toEqual([]);
  });

  test('without an error', () => expect(meeting.complaints()).toEqual([]));
});
