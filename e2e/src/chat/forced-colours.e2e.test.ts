import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from '../browser/axe.ts';
import { Meeting } from '../browser/meeting.ts';
import type { Person } from '../browser/person.ts';

/** Room for the line around what has the focus. */
const outlinePx = 6;
const maxStops = 60;

describe('somebody whose system chooses the colours', () => {
  let meeting: Meeting;
  let ada: Person;
  let grace: Person;

  beforeAll(async () => {
    meeting = await Meeting.open();
    ada = await meeting.owner('Ada Lovelace');
    grace = await meeting.colleague(ada, 'Grace Hopper');
    await grace.say('@Ada Lovelace look at `this`, and at https://example.test/');
    await ada.reads('look at this');
    await ada.page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  });
  afterAll(() => meeting.close());

  const barriers = () => accessibilityFaults(ada.page);
  const focused = () => ada.page.locator(':focus');
  const nameOfFocused = () =>
    focused().evaluate((element) => element.getAttribute('aria-label') ?? element.textContent.trim());

  /** Pictures of the place with the line around it and without: it may be there and yet be covered or cut off. */
  async function isFocusSeen(): Promise<boolean> {
    const box = await focused().boundingBox();
    const viewport = ada.page.viewportSize();
    if (box === null || viewport === null) return false;
    const x = Math.max(0, box.x - outlinePx);
    const y = Math.max(0, box.y - outlinePx);
    const width = Math.min(viewport.width, box.x + box.width + outlinePx) - x;
    const height = Math.min(viewport.height, box.y + box.height + outlinePx) - y;
    const picture = () => ada.page.screenshot({ clip: { x, y, width, height } });
    const outlined = await picture();
    await focused().evaluate((element: HTMLElement) =>
      element.style.setProperty('outline', 'none', 'important'),
    );
    const plain = await picture();
    await focused().evaluate((element: HTMLElement) => element.style.removeProperty('outline'));
    return !outlined.equals(plain);
  }

  test('sees at every stop where the focus is, from the first to the line one writes in', async () => {
    const stops: string[] = [];
    const unseen: string[] = [];
    while (stops.at(-1)?.startsWith('Message #general') !== true && stops.length < maxStops) {
      await ada.page.keyboard.press('Tab');
      const name = await nameOfFocused();
      stops.push(name);
      if (!(await isFocusSeen())) unseen.push(name);
    }
    expect(stops).toEqual(expect.arrayContaining(['Skip to content', 'Create room', 'Messages in general']));
    expect(stops.at(-1)).toMatch(/^Message #general/);
    expect(unseen).toEqual([]);
  });

  test('sees which room is open', async () => {
    const outline = (name: string) =>
      ada.page.getByRole('link', { name }).evaluate((link) => getComputedStyle(link).outlineStyle);
    await ada.roomLink('general').and(ada.page.locator('[aria-current="page"]')).waitFor();
    expect(await outline('general')).toBe('solid');
    expect(await outline('Search messages')).toBe('none');
  });

  test('sees where one types to search or to jump', async () => {
    await ada.page.keyboard.press('Control+k');
    await ada.page.getByRole('combobox', { name: 'Jump to a room or person' }).waitFor();
    expect(await isFocusSeen()).toBe(true);
    expect(await barriers()).toEqual([]);
    await ada.page.keyboard.press('Escape');
    await ada.open('/people');
    await ada.page.getByRole('searchbox').focus();
    expect(await isFocusSeen()).toBe(true);
    expect(await barriers()).toEqual([]);
  });

  test('meets no barrier in a room, a thread, a menu or the record', async () => {
    await ada.openRoom('general');
    await ada.reads('look at this');
    await ada.actOn('look at this', 'React');
    await ada.page.getByRole('dialog').waitFor();
    expect(await barriers()).toEqual([]);
    await ada.page.keyboard.press('Escape');
    await ada.actOn('look at this', 'More actions');
    await ada.page.getByRole('menu').waitFor();
    expect(await barriers()).toEqual([]);
    await ada.page.keyboard.press('Escape');
    await ada.actOn('look at this', 'Open thread');
    await ada.page.getByRole('complementary', { name: 'Thread' }).waitFor();
    expect(await barriers()).toEqual([]);
    for (const [path, text] of [
      ['/settings', 'Notifications'],
      ['/record/events', /^trail$/],
      ['/record/holds', 'Nothing is on hold'],
      ['/record/retention', 'kept for ever'],
    ] as const) {
      await ada.open(path);
      await ada.page.getByRole('main').getByText(text).first().waitFor();
      expect(await barriers()).toEqual([]);
    }
    expect(meeting.complaints()).toEqual([]);
  });
});
