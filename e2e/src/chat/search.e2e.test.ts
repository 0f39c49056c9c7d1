import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from '../browser/axe.ts';
import { Meeting } from '../browser/meeting.ts';
import type { Person } from '../browser/person.ts';

describe('search', () => {
  let meeting: Meeting;
  let ada: Person;

  beforeAll(async () => {
    meeting = await Meeting.open();
    ada = await meeting.owner('Ada Lovelace');
    for (const text of [
      'the quarterly budget is approved',
      'the budget meeting moves',
      '予算について話しましょう',
    ]) {
      await ada.say(text);
      await ada.reads(text);
    }
  });
  afterAll(() => meeting.close());

  const results = () => ada.page.getByRole('list', { name: 'Results' }).getByRole('link');
  const ask = async (question: string) => {
    await ada.page.getByRole('searchbox', { name: 'Search messages' }).fill(question);
    await ada.page.keyboard.press('Enter');
  };

  test('finds words and marks them', async () => {
    await ada.page.getByRole('link', { name: 'Search messages' }).click();
    await ask('budget');
    await results().nth(1).waitFor();
    expect(await ada.page.locator('mark').first().textContent()).toMatch(/budget/i);
    expect(await accessibilityFaults(ada.page)).toEqual([]);
  });

  test('narrows by excluded words, by room and by any script', async () => {
    await ask('budget -quarterly in:general');
    await results().filter({ hasText: 'meeting moves' }).waitFor();
    await results().filter({ hasText: 'quarterly' }).waitFor({ state: 'detached' });
    await ada.page.getByRole('button', { name: /^in: general/ }).click();
    await ask('予算');
    await results().filter({ hasText: '予算について' }).waitFor();
  });

  test('says so when there is nothing, and leads from a hit to its place', async () => {
    await ask('nothing-of-the-kind');
    await ada.page.getByText('Nothing was found').waitFor();
    await ask('"meeting moves"');
    await results().first().click();
    await ada.page.locator('article.highlighted').getByText('the budget meeting moves').waitFor();
  });

  test('without an error', () => expect(meeting.complaints()).toEqual([]));
});
