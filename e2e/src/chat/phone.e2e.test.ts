import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from '../browser/axe.ts';
import { Meeting } from '../browser/meeting.ts';
import { phone, type Person } from '../browser/person.ts';

const onPhone = { viewport: phone, hasTouch: true, isMobile: true } as const;

describe('on a phone', () => {
  let meeting: Meeting;
  let ada: Person;
  let grace: Person;

  beforeAll(async () => {
    meeting = await Meeting.open();
    ada = await meeting.owner('Ada Lovelace');
    const url = await ada.invite();
    grace = await meeting.visitor(onPhone);
    await grace.accept(url, 'Grace Hopper');
  });
  afterAll(() => meeting.close());

  const overflow = () => grace.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  const bar = (name: string) =>
    grace.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true });

  test('rooms are a page, and each room is another', async () => {
    await grace.page.getByRole('navigation', { name: 'Main' }).waitFor();
    expect(await accessibilityFaults(grace.page)).toEqual([]);
    await grace.joinRoom('general');
    await ada.say(`a long word: ${'x'.repeat(300)}`);
    await grace.reads('a long word');
    await grace.composer.fill('from the phone');
    await grace.button('Send', true).tap();
    await ada.reads('from the phone');
    expect(await overflow()).toBe(0);
    expect(await accessibilityFaults(grace.page)).toEqual([]);
    await grace.button('Back to rooms').tap();
    await grace.roomLink('general').waitFor();
  });

  test('the bar leads to mentions, search and oneself', async () => {
    await ada.say('@Grace Hopper are you there?');
    await grace.page.getByLabel('1 waiting').waitFor();
    for (const page of ['Mentions', 'Search', 'Me']) {
      await bar(page).tap();
      await grace.page.getByRole('heading', { level: 1, name: page, exact: true }).waitFor();
      expect(await overflow()).toBe(0);
      expect(await accessibilityFaults(grace.page)).toEqual([]);
    }
    await bar('Mentions').tap();
    await grace.page.getByRole('link', { name: /are you there/ }).tap();
    await grace.reads('are you there?');
    await grace.page.goBack();
    await grace.page.getByRole('link', { name: /are you there/ }).waitFor();
    await grace.page.goForward();
    await grace.reads('are you there?');
  });

  test('a tap on a message shows what can be done with it', async () => {
    await grace.message('are you there?').tap();
    await grace.message('are you there?').getByRole('button', { name: 'Open thread' }).tap();
    await grace.page.getByRole('complementary', { name: 'Thread' }).waitFor();
    expect(await overflow()).toBe(0);
    await grace.page.goBack();
    await grace.composer.waitFor();
  });

  test('every target is large enough for a finger', async () => {
    const small = await grace.page.evaluate(() =>
      [...document.querySelectorAll('button, a[href], select, input')]
        .map((element) => ({
          name: element.getAttribute('aria-label') ?? element.textContent,
          box: element.getBoundingClientRect(),
        }))
        .filter(({ box }) => box.width > 0 && (box.height < 24 || box.width < 24))
        .map(({ name }) => name.trim()),
    );
    expect(small).toEqual([]);
  });

  test('what is said without a connection is on the screen, and leaves the way back free', async () => {
    grace.complaints.expect((complaint) => complaint.includes('ERR_INTERNET_DISCONNECTED'));
    await grace.context.setOffline(true);
    await grace.composer.fill('from a tunnel');
    await grace.button('Send', true).tap();
    const notice = grace.page.getByText('You are offline. 1 message is kept and will be sent.');
    await notice.waitFor();
    const box = await notice.boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(phone.width);
    await grace.button('Back to rooms').tap();
    await grace.context.setOffline(false);
    await ada.reads('from a tunnel');
  });

  test('without an error', () => expect(meeting.complaints()).toEqual([]));
});
