import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Api } from '../browser/api.ts';
import { accessibilityFaults } from '../browser/axe.ts';
import { Meeting } from '../browser/meeting.ts';
import type { Person } from '../browser/person.ts';

const messageCount = process.env['VERBATIM_LONG'] ? 10_000 : 800;
const numberOf = (text: string): number => Number(/line (\d+)/.exec(text)?.[1] ?? Number.NaN);

describe('a long history', () => {
  let meeting: Meeting;
  let ada: Person;
  let grace: Person;
  let roomId: string;

  beforeAll(async () => {
    meeting = await Meeting.open();
    ada = await meeting.owner('Ada Lovelace', 'archive');
    const api = await Api.logIn(meeting.origin, ada.email, ada.password);
    roomId = (await api.roomsByName()).get('archive') ?? '';
    // One after another where order matters: the first and the last.
    await api.send(roomId, 'the very first line');
    await api.sendMany(
      roomId,
      Array.from(
        { length: messageCount },
        (_, index) => `line ${index}${index % 7 === 0 ? '\nwith more\nlines below' : ''}`,
      ),
    );
    await api.send(roomId, 'the very last line');
    await ada.message('the very last line').waitFor({ timeout: 60_000 });
    grace = await meeting.colleague(ada, 'Grace Hopper', 'archive');
  });
  afterAll(() => meeting.close());

  const list = () => ada.page.getByRole('region', { name: 'Messages in' });
  const scrollBy = (pixels: number) => list().evaluate((element, by) => (element.scrollTop += by), pixels);
  /** How far one could still scroll up or down. */
  const distanceToEdge = (direction: number) =>
    list().evaluate(
      ({ scrollTop, scrollHeight, clientHeight }, sign) =>
        sign < 0 ? scrollTop : scrollHeight - clientHeight - scrollTop,
      direction,
    );
  /** The first whole message in view, and how far from the top it stands. */
  const placeOfReading = () =>
    list().evaluate((scroller) => {
      const top = scroller.getBoundingClientRect().top;
      for (const article of scroller.querySelectorAll('article')) {
        const offset = article.getBoundingClientRect().top - top;
        if (offset >= 0) return { text: article.textContent, offset };
      }
      return { text: '', offset: 0 };
    });

  test('is drawn only where one looks', async () => {
    expect(await ada.page.getByRole('article').count()).toBeLessThan(120);
    expect(await accessibilityFaults(ada.page)).toEqual([]);
  });

  test('keeps the place while older pages come in above', async () => {
    for (let step = 0; step < 12; step += 1) {
      await scrollBy(-900);
      const before = await placeOfReading();
      // Time for a page to arrive and be drawn, and so to move what one reads if it could.
      await ada.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 120)));
      const after = await placeOfReading();
      expect(numberOf(after.text)).toBe(numberOf(before.text));
      expect(Math.abs(after.offset - before.offset)).toBeLessThanOrEqual(1);
    }
  });

  test('keeps the place when somebody says something below', async () => {
    const before = await placeOfReading();
    await grace.say('said while reading above');
    await ada.button('1 new').waitFor();
    expect(await placeOfReading()).toEqual(before);
    await ada.button('1 new').click();
    await ada.reads('said while reading above');
  });

  test('is read to its very beginning', async () => {
    await vi.waitFor(
      async () => {
        await list().evaluate((element) => (element.scrollTop = 0));
        expect(await ada.message('the very first line').count()).toBe(1);
      },
      { timeout: 60_000, interval: 50 },
    );
    await ada.page.getByText('The beginning of archive').waitFor();
    expect(await accessibilityFaults(ada.page)).toEqual([]);
  });

  test('opens at any place by its address, and leads on both ways', async () => {
    await ada.open(`/rooms/${roomId}/400`);
    await ada.page.locator('article.highlighted').waitFor();
    expect(await accessibilityFaults(ada.page)).toEqual([]);
    for (const direction of [-1, 1]) {
      // Past the edge of what was held, several times over, and standing still there.
      for (let page = 0; page < 3; page += 1) {
        await scrollBy(direction * 100_000);
        await vi.waitFor(async () => expect(await distanceToEdge(direction)).toBeGreaterThan(300), {
          timeout: 30_000,
        });
      }
    }
    await ada.button('Jump to latest').click();
    await ada.reads('said while reading above');
  });

  test('without an error', () => expect(meeting.complaints()).toEqual([]));
});
