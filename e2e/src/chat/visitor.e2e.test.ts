import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from '../browser/axe.ts';
import { Meeting } from '../browser/meeting.ts';

describe('a visitor without a session', () => {
  let meeting: Meeting;
  beforeAll(async () => {
    meeting = await Meeting.open();
  });
  afterAll(() => meeting.close());

  test('meets the sign-up form, each field once and in order', async () => {
    const visitor = await meeting.visitor();
    await visitor.open('/');
    await visitor.button('Sign up').waitFor();
    const labels = await visitor.page.locator('form label').allTextContents();
    expect(labels).toEqual(['Organization name', 'Your name', 'E-mail', 'Password']);
    expect(await accessibilityFaults(visitor.page)).toEqual([]);
  });

  test('who follows a deep link is asked to log in, and then is there', async () => {
    const owner = await meeting.owner('Ada Lovelace');
    const address = new URL(owner.page.url()).pathname;
    await owner.open('/settings');
    await owner.button('Log out', true).click();
    await owner.button('Log in').waitFor();
    await owner.open(address);
    await owner.page.getByLabel('E-mail').fill(owner.email);
    await owner.page.getByLabel('Password').fill(owner.password);
    expect(await accessibilityFaults(owner.page)).toEqual([]);
    await owner.button('Log in').click();
    await owner.composer.waitFor();
    expect(new URL(owner.page.url()).pathname).toBe(address);
  });

  test('is told what was wrong with what they entered', async () => {
    const visitor = await meeting.visitor();
    visitor.complaints.expect((complaint) => complaint.includes('401'));
    await visitor.open('/log-in');
    await visitor.page.getByLabel('E-mail').fill('nobody@example.test');
    await visitor.page.getByLabel('Password').fill('wrong password');
    await visitor.button('Log in').click();
    await visitor.page.getByRole('alert').getByText('do not belong together').waitFor();
  });

  test('is told in the form what is missing, and led there', async () => {
    const visitor = await meeting.visitor();
    const field = (label: string) => visitor.page.getByLabel(label);
    const said = (label: string) =>
      field(label).evaluate(
        (input) => document.getElementById(input.getAttribute('aria-describedby') ?? '')?.textContent,
      );
    await visitor.open('/sign-up');
    await field('Organization name').fill('Difference Engine');
    await field('E-mail').fill('ada');
    await field('Password').fill('short');
    await visitor.button('Sign up').click();
    expect(await said('Your name')).toBe('This is needed.');
    expect(await said('E-mail')).toBe('This is not an e-mail address.');
    expect(await said('Password')).toBe('At least 8 characters are needed.');
    expect(await field('Your name').evaluate((input) => input === document.activeElement)).toBe(true);
    expect(await accessibilityFaults(visitor.page)).toEqual([]);
    await field('Your name').fill('Ada');
    expect(await field('Your name').getAttribute('aria-invalid')).toBeNull();
  });

  test('who has a room’s address that leads nowhere is told so, without being asked to try again', async () => {
    const owner = await meeting.owner('Ada Lovelace');
    owner.complaints.expect((complaint) => complaint.includes('404'));
    await owner.open(`/rooms/${crypto.randomUUID()}`);
    await owner.page.getByText('This room is not open to you').waitFor();
    expect(await owner.button('Try again').count()).toBe(0);
  });

  test('who is in already is told what an invitation would make', async () => {
    const owner = await meeting.owner('Ada Lovelace');
    const url = await owner.invite();
    await owner.page.goto(url);
    await owner.page.getByText('You are logged in as Ada Lovelace.').waitFor();
    expect(await accessibilityFaults(owner.page)).toEqual([]);
    await owner.page.getByRole('link', { name: 'Back to Difference Engine' }).click();
    await owner.composer.waitFor();
  });

  test('causes no failing request and no error', () => expect(meeting.complaints()).toEqual([]));
});
