import { startInstance, type Instance } from '@verbatim/testing/instance';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from '../browser/axe.ts';
import { Meeting } from '../browser/meeting.ts';
import type { Person } from '../browser/person.ts';

describe('somebody who loses the network', () => {
  let meeting: Meeting;
  let ada: Person;
  let grace: Person;
  beforeAll(async () => {
    meeting = await Meeting.open();
    ada = await meeting.owner('Ada Lovelace');
    grace = await meeting.colleague(ada, 'Grace Hopper');
  });
  afterAll(() => meeting.close());

  test('is told so, calmly, and keeps what they write', async () => {
    await grace.context.setOffline(true);
    await grace.say('written off line');
    await grace.page.getByText('You are offline.').waitFor();
    await grace.reads('written off line');
    await ada.say('said meanwhile, one');
    await ada.say('said meanwhile, two');
    await ada.reads('said meanwhile, two');
    expect(await accessibilityFaults(grace.page)).toEqual([]);
  });

  test('misses nothing, and what they wrote goes out once', async () => {
    await grace.context.setOffline(false);
    await ada.reads('written off line');
    await grace.reads('said meanwhile, one');
    await grace.reads('said meanwhile, two');
    await grace.page.getByText('You are offline.').waitFor({ state: 'detached' });
    expect(await ada.message('written off line').count()).toBe(1);
    expect(await grace.message('written off line').count()).toBe(1);
    expect(await accessibilityFaults(grace.page)).toEqual([]);
  });

  test('finds what was not sent again after a reload', async () => {
    await grace.context.setOffline(true);
    await grace.say('kept over a reload');
    await grace.reads('kept over a reload');
    await grace.page.evaluate(() => sessionStorage.setItem('mark', 'before the reload'));
    await grace.context.setOffline(false);
    await grace.page.reload();
    await ada.reads('kept over a reload');
    expect(await ada.message('kept over a reload').count()).toBe(1);
  });
});

describe('everybody, when the server is away', () => {
  let instance: Instance;
  let meeting: Meeting;
  beforeAll(async () => {
    instance = await startInstance();
    meeting = await Meeting.open(instance.origin);
  });
  afterAll(async () => {
    await meeting.close();
    await instance.remove();
  });

  test('goes on where they were once it is back', async () => {
    const ada = await meeting.owner('Ada Lovelace');
    const grace = await meeting.colleague(ada, 'Grace Hopper');
    for (const person of [ada, grace])
      person.complaints.expect((complaint) => /ERR_|WebSocket|50\d/.test(complaint));
    await ada.say('before');
    await grace.reads('before');

    const { dataDirectory } = instance;
    await instance.kill();
    await grace.say('said to a server that is gone');
    await grace.page.getByText('Reconnecting…').waitFor();
    expect(await accessibilityFaults(grace.page)).toEqual([]);
    instance = await startInstance({ dataDirectory, port: Number(new URL(instance.origin).port) });

    await ada.reads('said to a server that is gone');
    await ada.say('and after');
    await grace.reads('and after');
    expect(await ada.message('said to a server that is gone').count()).toBe(1);
    expect(meeting.complaints()).toEqual([]);
  });
});
