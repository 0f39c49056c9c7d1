import { startInstance, type Instance } from '@verbatim/testing/instance';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { accessibilityFaults } from '../browser/axe.ts';
import { Meeting } from '../browser/meeting.ts';
import type { Person } from '../browser/person.ts';
import { frontProcessOf } from '../services/front-process.ts';

/** The relay lives in the front process, and so it goes and comes with it. */
describe('two people whose relay is killed', () => {
  let instance: Instance;
  let meeting: Meeting;
  let ada: Person;
  let grace: Person;
  let people: readonly Person[];

  beforeAll(async () => {
    instance = await startInstance();
    meeting = await Meeting.open(instance.origin);
    ada = await meeting.owner('Ada Lovelace');
    grace = await meeting.colleague(ada, 'Grace Hopper');
    people = [ada, grace];
    for (const { page, complaints } of people) {
      complaints.expect((complaint) => /ERR_|WebSocket|50\d/.test(complaint));
      await page.evaluate(() => Object.assign(window, { isAsOpened: true }));
    }
  });
  afterAll(async () => {
    await meeting.close();
    await instance.remove();
  });

  const killRelay = async () => process.kill(await frontProcessOf(instance.pid), 'SIGKILL');
  /** The numbered lines of the room as they stand below each other. */
  const linesOf = (person: Person): Promise<string[]> =>
    person.page
      .getByRole('region', { name: 'Messages in' })
      .getByRole('article')
      .evaluateAll((articles) =>
        articles.flatMap((article) => /(Ada|Grace) says \d\d/.exec(article.textContent)?.[0] ?? []),
      );
  const waiting = (person: Person, text: string) =>
    person
      .message(text)
      .and(person.page.getByRole('article', { name: 'sending' }))
      .getByText('Sending…');
  /** Nothing is under way any more, and both see the same: these lines of each person, in their order. */
  const bothSee = (ofAda: readonly string[], ofGrace: readonly string[]) =>
    vi.waitFor(
      async () => {
        const lines = await linesOf(ada);
        expect(lines.filter((line) => line.startsWith('Ada'))).toEqual(ofAda);
        expect(lines.filter((line) => line.startsWith('Grace'))).toEqual(ofGrace);
        expect(await linesOf(grace)).toEqual(lines);
        for (const { page } of people) expect(await page.getByText('Sending…').count()).toBe(0);
      },
      { timeout: 30_000, interval: 100 },
    );

  test('are told so, and keep seeing what they write', async () => {
    await ada.say('Ada says 01');
    await grace.say('Grace says 01');
    await bothSee(['Ada says 01'], ['Grace says 01']);
    await grace.composer.pressSequentially('Grace says');
    // Whoever would start the relay again is held, so that it stays away until it was missed.
    process.kill(instance.pid, 'SIGSTOP');
    try {
      await killRelay();
      await grace.composer.pressSequentially(' 02');
      await grace.composer.press('Enter');
      await grace.say('Grace says 03');
      await grace.page.getByText('Reconnecting… 2 messages are kept and will be sent.').waitFor();
      await waiting(grace, 'Grace says 02').waitFor();
      await waiting(grace, 'Grace says 03').waitFor();
      await ada.page.getByText('Reconnecting…').waitFor();
      for (const { page } of people) expect(await accessibilityFaults(page)).toEqual([]);
      expect(await ada.message('Grace says 02').count()).toBe(0);
    } finally {
      process.kill(instance.pid, 'SIGCONT');
    }
  });

  test('go on by themselves once it is back', async () => {
    await bothSee(['Ada says 01'], ['Grace says 01', 'Grace says 02', 'Grace says 03']);
    for (const { page } of people) await page.getByText('Reconnecting…').waitFor({ state: 'detached' });
    await ada.say('Ada says 02');
    await bothSee(['Ada says 01', 'Ada says 02'], ['Grace says 01', 'Grace says 02', 'Grace says 03']);
  });

  test('lose nothing, and get nothing twice, of what was under way when it died', async () => {
    const numbers = ['11', '12', '13', '14', '15', '16', '17', '18'];
    await ada.say('Ada says 11');
    for (const number of numbers) {
      await grace.say(`Grace says ${number}`);
      if (number === '14') await killRelay();
    }
    await ada.say('Ada says 12');
    await bothSee(
      ['01', '02', '11', '12'].map((number) => `Ada says ${number}`),
      ['01', '02', '03', ...numbers].map((number) => `Grace says ${number}`),
    );
  });

  test('without a reload, and with the same after one', async () => {
    const before = await linesOf(ada);
    for (const { page } of people) {
      expect(await page.evaluate(() => Reflect.get(window, 'isAsOpened') as unknown)).toBe(true);
      await page.reload();
    }
    for (const person of people)
      await vi.waitFor(async () => expect(await linesOf(person)).toEqual(before), { timeout: 30_000 });
    expect(meeting.complaints()).toEqual([]);
  });
});
