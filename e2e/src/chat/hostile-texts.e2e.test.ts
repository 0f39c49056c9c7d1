import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Api } from '../browser/api.ts';
import { accessibilityFaults } from '../browser/axe.ts';
import { Meeting } from '../browser/meeting.ts';
import type { Person } from '../browser/person.ts';

/** What would run or deceive if it were taken for more than text. `__x` is set by any script that gets through. */
const hostile = [
  '<script>window.__x=1</script>',
  '<img src=x onerror="window.__x=1">',
  '<svg onload="window.__x=1">',
  '<form id=app><input name=attributes>',
  '<a id=documentElement href=x>clobber</a>',
  '<iframe srcdoc="<script>parent.__x=1</script>"></iframe>',
  '<style>*{display:none}</style>',
  '[click](javascript:window.__x=1)',
  '[click]( javascript:window.__x=1)',
  '[click](JaVaScRiPt:window.__x=1)',
  '[click](data:text/html,<script>window.__x=1</script>)',
  '[click](vbscript:window.__x=1)',
  '<javascript:window.__x=1>',
  'javascript:window.__x=1',
  '![x](javascript:window.__x=1)',
  '[https://bank.example](https://evil.example/)',
  'https://user:pass@evil.example/',
  '```html\n<script>window.__x=1</script>\n```',
  '```mermaid\ngraph TD; A["<img src=x onerror=window.__x=1>"]\n```',
  '$$\\href{javascript:window.__x=1}{x}$$',
  '`<img src=x onerror=window.__x=1>`',
  '> <script>window.__x=1</script>',
  '- <svg/onload=window.__x=1>',
  '@<img src=x onerror=window.__x=1>',
  '"><script>window.__x=1</script>',
  "';window.__x=1;//",
  '{{constructor.constructor("window.__x=1")()}}',
  '${window.__x=1}',
  'innocent\u202Etxt.exe',
];
const hostileName = '<img src=x onerror="window.__x=1">\u202Ereversed';

describe('texts that would be more than text', () => {
  let meeting: Meeting;
  let ada: Person;
  let api: Api;

  beforeAll(async () => {
    meeting = await Meeting.open();
    ada = await meeting.visitor();
    // Before any script of the page: what the policy stops is reported here.
    await ada.page.addInitScript(() => {
      const reports: string[] = [];
      Object.assign(window, { __reports: reports });
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
        reports.push(`${violatedDirective} ${blockedURI}`);
      });
    });
    await ada.signUp(hostileName);
    await ada.createRoom('<svg onload=window.__x=1>');
    api = await Api.logIn(meeting.origin, ada.email, ada.password);
  });
  afterAll(() => meeting.close());

  const scriptsThatRan = () => ada.page.evaluate(() => Reflect.get(window, '__x') as unknown);
  const policyReports = () => ada.page.evaluate(() => Reflect.get(window, '__reports') as unknown);

  test('stay text: in messages, reactions, names, topics, replies and previews', async () => {
    const [roomId = ''] = (await api.roomsByName()).values();
    await api.post(`/chat/rooms/${roomId}/messages`, { text: 'the first' });
    let last = '';
    for (const text of hostile) last = await api.send(roomId, text);
    await api.put(`/chat/messages/${last}/reactions/${encodeURIComponent('<img/src=x/onerror=__x=1>')}`);
    await api.put(`/chat/messages/${last}/reactions/${encodeURIComponent('\u202E👍')}`);
    await api.post(`/chat/rooms/${roomId}/messages`, { text: 'an answer', replyTo: last });
    await api.patch(`/chat/rooms/${roomId}`, { topic: hostileName, description: hostileName });
    await ada.reads('an answer');
    await ada.page.reload();
    await ada.reads('an answer');
    await ada.button('Room details').click();
    await ada.page
      .getByRole('complementary', { name: 'Room details' })
      .getByText(hostileName.slice(0, 10))
      .first()
      .waitFor();
    expect(await scriptsThatRan()).toBeUndefined();
    expect(await policyReports()).toEqual([]);
  });

  test('make no link but to where it says', async () => {
    const links = await ada.page
      .getByRole('region', { name: 'Messages in' })
      .locator('a[href]')
      .evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
    for (const href of links) expect(href).toMatch(/^(https?:\/\/|\/)/);
    await ada.message('https://bank.example').getByText('(evil.example)').waitFor();
    expect(await accessibilityFaults(ada.page)).toEqual([]);
  });

  test('hide no character in a name', async () => {
    const shown = await ada.page.getByRole('article').first().textContent();
    expect(shown).not.toContain('\u202E');
    await ada.page.getByText('\\u{202e}reversed').first().waitFor();
  });

  test('stay text in search, in the list of people and in the switcher', async () => {
    await ada.open('/people');
    await ada.page.getByText('reversed').first().waitFor();
    expect(await accessibilityFaults(ada.page)).toEqual([]);
    await ada.page.keyboard.press('Control+k');
    await ada.page.getByRole('combobox').fill('svg');
    await ada.page.getByRole('option').first().waitFor();
    expect(await accessibilityFaults(ada.page)).toEqual([]);
    expect(await scriptsThatRan()).toBeUndefined();
    expect(await policyReports()).toEqual([]);
    expect(meeting.complaints()).toEqual([]);
  });
});
