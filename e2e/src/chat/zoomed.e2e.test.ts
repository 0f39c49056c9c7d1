import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from '../browser/axe.ts';
import { Meeting } from '../browser/meeting.ts';
import { desktop, type Person } from '../browser/person.ts';

/** What a browser makes of a desktop window at 200 %. */
const zoomed = { width: desktop.width / 2, height: desktop.height / 2 };
/** Several lines of text. */
const readablePx = 100;

describe('somebody who zooms to 200 %', () => {
  let meeting: Meeting;
  let ada: Person;
  let grace: Person;

  beforeAll(async () => {
    meeting = await Meeting.open();
    ada = await meeting.owner('Ada Lovelace', 'general', { deviceScaleFactor: 2 });
    grace = await meeting.colleague(ada, 'Grace Hopper');
    for (let number = 1; number <= 20; number += 1) await grace.say(`line ${number}`);
    await ada.reads('line 20');
  });
  afterAll(() => meeting.close());

  const barriers = () => accessibilityFaults(ada.page);
  const overflow = () => ada.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  /** What one should reach but which stands past an edge of the page, in nothing that scrolls there. */
  const cutOff = () =>
    ada.page.evaluate(() => {
      const scrolls = (element: Element | null): boolean =>
        element !== null &&
        (/auto|scroll/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
      return [...document.querySelectorAll('button, a[href], input, select, textarea, h1, h2')]
        .filter((element) => {
          const { left, right, width } = element.getBoundingClientRect();
          return width > 0 && (left < 0 || right > window.innerWidth) && !scrolls(element.parentElement);
        })
        .map((element) => element.getAttribute('aria-label') ?? element.textContent.trim());
    });
  const visibleHeight = (name: string) =>
    ada.page.getByRole('region', { name }).evaluate((element) => element.clientHeight);

  test('goes on reading where they were, and writes', async () => {
    await ada.page.setViewportSize(zoomed);
    await ada.button('Back to rooms').waitFor();
    await ada.message('line 20').waitFor();
    const newest = await ada.message('line 20').boundingBox();
    const composer = await ada.composer.boundingBox();
    expect(newest && newest.y + newest.height).toBeLessThanOrEqual(composer?.y ?? 0);
    expect(composer && composer.y + composer.height).toBeLessThanOrEqual(zoomed.height);
    await ada.say(`seen at ${'twice '.repeat(40)} ${'x'.repeat(200)}`);
    await grace.reads('seen at twice');
    await ada.reads('seen at twice');
    expect(await overflow()).toBe(0);
    expect(await cutOff()).toEqual([]);
    expect(await barriers()).toEqual([]);
  });

  test('still sees what is said while writing much', async () => {
    await ada.composer.fill('one of many lines\n'.repeat(30));
    await ada.button('Send', true).and(ada.page.locator(':enabled')).waitFor();
    expect(await visibleHeight('Messages in general')).toBeGreaterThan(readablePx);
    const send = await ada.button('Send', true).boundingBox();
    expect(send && send.y + send.height).toBeLessThanOrEqual(zoomed.height);
    await ada.composer.fill('');
  });

  test('answers in a thread', async () => {
    await ada.actOn('line 20', 'Open thread');
    const thread = ada.page.getByRole('complementary', { name: 'Thread' });
    await thread.getByRole('textbox').fill('an answer at 200 %');
    await thread.getByRole('textbox').press('Enter');
    await thread.getByRole('article').filter({ hasText: 'an answer at 200 %' }).waitFor();
    expect(await overflow()).toBe(0);
    expect(await cutOff()).toEqual([]);
    expect(await barriers()).toEqual([]);
    await thread.getByRole('button', { name: 'Close' }).click();
  });

  test.each([
    '/',
    '/browse',
    '/people',
    '/search?q=line',
    '/settings',
    '/administration',
    '/record/events',
    '/record/room',
    '/record/holds',
    '/record/retention',
    '/record/exports',
    '/record/erasures',
    '/record/proofs',
  ])('scrolls %s in one direction only', async (path) => {
    await ada.open(path);
    await ada.page.getByRole('heading').first().waitFor();
    // It waits until what stands in for the page while that is loaded moves no more.
    expect(await barriers()).toEqual([]);
    expect(await overflow()).toBe(0);
    expect(await cutOff()).toEqual([]);
  });

  test('fills in a form that is higher than the window', async () => {
    await ada.open('/record/holds');
    await ada.button('Place a hold').click();
    const dialog = ada.page.getByRole('dialog', { name: 'Place a hold' });
    await dialog.getByLabel('Name', { exact: true }).fill('Case 7');
    await dialog.getByLabel('Reason', { exact: true }).fill('A court asked for it');
    await dialog.getByLabel('Rooms').selectOption({ label: '#general' });
    expect(await barriers()).toEqual([]);
    const box = await dialog.boundingBox();
    expect(box && box.y + box.height).toBeLessThanOrEqual(zoomed.height);
    await dialog.getByRole('button', { name: 'Place hold' }).click();
    await ada.page.getByText('Everybody in #general').waitFor();
    expect(await overflow()).toBe(0);
    expect(meeting.complaints()).toEqual([]);
  });
});
