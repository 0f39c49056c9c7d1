import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from '../browser/axe.ts';
import { Meeting } from '../browser/meeting.ts';
import type { Person } from '../browser/person.ts';
import { runCommand } from '../import/run-command.ts';

/** Two lines of long ago, so that there is something a retention rule would let go. */
const archive = ['the first of long ago', 'the last of long ago'].map((text, index) => ({
  id: `old-${index}`,
  room: 'long-ago',
  author: 'Charles Babbage',
  ts: `2015-03-0${index + 1}T12:00:00.000Z`,
  text,
}));

describe('what an owner decides about the record', () => {
  let meeting: Meeting;
  let ada: Person;
  let grace: Person;

  beforeAll(async () => {
    meeting = await Meeting.open();
    ada = await meeting.owner('Ada Lovelace');
    grace = await meeting.colleague(ada, 'Grace Hopper');
    await grace.say('said by Grace');
    await ada.reads('said by Grace');
    await importArchive();
    // What is refused below is refused by the server.
    ada.complaints.expect((complaint) =>
      /status of 4(09|22)|\/audit\/(holds|exports|erasures)$/.test(complaint),
    );
  });
  afterAll(() => meeting.close());

  async function importArchive(): Promise<void> {
    const directory = await mkdtemp(path.join(tmpdir(), 'verbatim-archive-'));
    const file = path.join(directory, 'archive.jsonl');
    await writeFile(file, archive.map((message) => `${JSON.stringify(message)}\n`).join(''));
    const { exitCode, output } = await runCommand(
      'cli/bin/verbatim.mjs',
      ['import', '--format', 'jsonl', file, '--origin', meeting.origin],
      { VERBATIM_EMAIL: ada.email, VERBATIM_PASSWORD: ada.password },
    );
    await rm(directory, { recursive: true });
    expect([exitCode, output]).toEqual([0, expect.stringContaining('2 imported')]);
  }
  const field = (label: string) => ada.page.locator('main, dialog').getByLabel(label, { exact: true });
  const dialog = (name: string) => ada.page.getByRole('dialog', { name });
  const holds = () => ada.page.getByRole('list', { name: 'Holds' }).getByRole('listitem');
  const dryRun = () => ada.page.getByRole('region', { name: 'Dry run' });
  const gone = { state: 'detached' } as const;
  const barriers = () => accessibilityFaults(ada.page);

  test('a hold without a name, without a reason or of nothing is not placed, and it is said why', async () => {
    await ada.open('/record/holds');
    await ada.page.getByText('Nothing is on hold').waitFor();
    expect(await barriers()).toEqual([]);
    await ada.button('Place a hold').click();
    const place = dialog('Place a hold').getByRole('button', { name: 'Place hold' });
    await place.click();
    expect(await field('Name').evaluate((input) => input.matches(':focus:invalid'))).toBe(true);
    await field('Name').fill('   ');
    await field('Reason').fill('A court asked for it');
    await place.click();
    await dialog('Place a hold').getByText('Choose the people, the rooms or both').waitFor();
    expect(await barriers()).toEqual([]);
    await field('Rooms').selectOption({ label: '#long-ago' });
    await dialog('Place a hold').getByText('Choose the people, the rooms or both').waitFor(gone);
    await place.click();
    await dialog('Place a hold').getByText('Must not be empty.', { exact: true }).waitFor();
    await field('From (optional)').fill('2020-01-02');
    await field('To (optional)').fill('2020-01-01');
    await field('Name').fill('Case 7');
    await place.click();
    expect(await field('From (optional)').evaluate((input) => input.matches(':focus:invalid'))).toBe(true);
    expect(await holds().count()).toBe(0);
  });

  test('a hold stands in the list with whom and what it keeps', async () => {
    await field('From (optional)').fill('');
    await field('To (optional)').fill('');
    await field('People').selectOption({ label: 'Ada Lovelace' });
    await field('People').selectOption({ label: 'Grace Hopper' });
    await ada.button('Take Ada Lovelace away').click();
    expect(await barriers()).toEqual([]);
    await ada.button('Place hold', true).click();
    await dialog('Place a hold').waitFor(gone);
    await holds().getByText('Grace Hopper in #long-ago', { exact: true }).waitFor();
    await holds()
      .getByText(/A court asked for it · placed .* by Ada Lovelace/)
      .waitFor();
    expect(await holds().count()).toBe(1);
    expect(await barriers()).toEqual([]);
  });

  test('a hold keeps what a retention rule would let go', async () => {
    await ada.page.getByRole('link', { name: 'Retention' }).click();
    await ada.page.getByText('kept for ever').waitFor();
    await field('Days').fill('0');
    await ada.button('See what would go').click();
    expect(await field('Days').evaluate((input) => input.matches(':focus:invalid'))).toBe(true);
    expect(await dryRun().count()).toBe(0);
    await field('Days').fill('30');
    await ada.button('See what would go').click();
    await dryRun().getByText('Nothing that is there now would go.').waitFor();
    await dryRun().getByText('The hold “Case 7” keeps 2 messages in #long-ago.').waitFor();
    expect(await barriers()).toEqual([]);
    await field('Days').fill('31');
    await dryRun().waitFor(gone);
  });

  test('a hold keeps a person from being erased, however surely that is meant', async () => {
    await ada.page.getByRole('link', { name: 'Erasures' }).click();
    await ada.page.getByText('Nothing has been erased.').waitFor();
    await ada.button('Erase…').and(ada.page.locator(':disabled')).waitFor();
    await field('Whose content').selectOption({ label: 'Grace Hopper' });
    await ada.button('Erase…').click();
    expect(await field('Reason').evaluate((input) => input.matches(':focus:invalid'))).toBe(true);
    await field('Reason').fill('Grace asked for it');
    expect(await barriers()).toEqual([]);
    await ada.button('Erase…').click();
    await field('Type “Grace Hopper” to confirm').fill('Grace');
    await ada.button('Erase for ever').click();
    await ada.page.getByText('This is not “Grace Hopper”.').waitFor();
    expect(await barriers()).toEqual([]);
    await field('Type “Grace Hopper” to confirm').fill('Grace Hopper');
    await ada.button('Erase for ever').click();
    await ada.page.getByRole('alert').getByText('A legal hold keeps this. Release the hold first.').waitFor();
    expect(await barriers()).toEqual([]);
    await ada.button('Cancel').click();
    await grace.say('still here');
    await grace.reads('still here');
  });

  test('a hold that is released stands there as such', async () => {
    await ada.page.getByRole('link', { name: 'Holds' }).click();
    await ada.button('Release Case 7').click();
    await dialog('Release Case 7?').getByText('Releasing destroys nothing by itself.').waitFor();
    expect(await barriers()).toEqual([]);
    await dialog('Release Case 7?').getByRole('button', { name: 'Release' }).click();
    await holds()
      .getByText(/· released /)
      .waitFor();
    await ada.button('Release Case 7').waitFor(gone);
    expect(await barriers()).toEqual([]);
  });

  test('a retention rule shows its numbers first, and is confirmed by them', async () => {
    await ada.page.getByRole('link', { name: 'Retention' }).click();
    await field('Days').fill('30');
    await ada.button('See what would go').click();
    await dryRun().getByText('2 messages would go now').waitFor();
    await dryRun().getByRole('row', { name: '#long-ago 2 2' }).waitFor();
    await ada.button('Set this rule…').click();
    await field('Type “2 messages” to confirm').fill('two messages');
    await ada.button('Set this rule', true).click();
    await ada.page.getByText('This is not “2 messages”.').waitFor();
    await ada.page.getByText('kept for ever').waitFor();
    expect(await barriers()).toEqual([]);
    await field('Type “2 messages” to confirm').fill('2 messages');
    await ada.button('Set this rule', true).click();
    await ada.page.getByText('The rule is set.').waitFor();
    await ada.page.getByText('kept for 30 days').waitFor();
    await field('Where').selectOption({ label: '#general' });
    await field('For ever').check();
    await ada.button('See what would go').click();
    await ada.button('Set this rule', true).click();
    await ada.page.getByRole('definition').filter({ hasText: 'kept for ever' }).waitFor();
    expect(await barriers()).toEqual([]);
  });

  test('an export is made, saved, and verified off line with nothing but the public key', async () => {
    await ada.page.getByRole('link', { name: 'Exports' }).click();
    await ada.page.getByText('Nobody has asked for an export yet.').waitFor();
    await field('Reason').fill('   ');
    await ada.button('Make an export').click();
    await ada.page.getByText('Must not be empty.', { exact: true }).waitFor();
    expect(await barriers()).toEqual([]);
    await field('Where').selectOption({ label: '#general' });
    await field('Reason').fill('The court wants to read it');
    await ada.button('Make an export').click();
    const made = ada.page.getByRole('list', { name: 'Exports' }).getByRole('listitem');
    await made.getByText(/^Ready, /).waitFor({ timeout: 60_000 });
    await made.getByText(/The court wants to read it · asked for .* by Ada Lovelace/).waitFor();
    expect(await barriers()).toEqual([]);
    const downloading = ada.page.waitForEvent('download');
    await made.getByRole('button', { name: 'Save' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(/^verbatim-jsonl-.*\.zip$/);
    const file = await download.path();
    const sha256 = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    await made.getByText(`SHA-256 ${sha256}`, { exact: true }).waitFor();
    await ada.page.getByRole('link', { name: 'Proofs' }).click();
    const key = await ada.page
      .getByRole('definition')
      .filter({ hasText: /^verbatim-.*\+/ })
      .textContent();
    const verifying = ['audit', 'verify', file, '--key', key ?? ''];
    const { exitCode, output } = await runCommand('cli/bin/verbatim.mjs', verifying, {});
    expect([exitCode, output]).toEqual([0, expect.stringContaining('is what was signed by')]);
  });

  test('a person whom nothing holds is erased, and is gone', async () => {
    grace.complaints.expect((complaint) => /401/.test(complaint));
    await ada.page.getByRole('link', { name: 'Erasures' }).click();
    await field('Whose content').selectOption({ label: 'Grace Hopper' });
    await field('Reason').fill('Grace asked for it');
    await ada.button('Erase…').click();
    await field('Type “Grace Hopper” to confirm').fill('Grace Hopper');
    await ada.button('Erase for ever').click();
    const erasure = ada.page.getByRole('list', { name: 'Erasures' }).getByRole('listitem');
    await erasure.getByText(/Grace asked for it · asked for .* by Ada Lovelace/).waitFor();
    await erasure.locator('[aria-current="step"]').getByText('Done').waitFor({ timeout: 60_000 });
    expect(await barriers()).toEqual([]);
    await grace.button('Log in').waitFor();
    await ada.roomLink('general').click();
    await ada.reads('The content of this message was erased.');
    expect(await ada.page.getByText('said by Grace').count()).toBe(0);
    expect(await ada.page.getByText('Grace Hopper').count()).toBe(0);
  });

  test('without an error', () => expect(meeting.complaints()).toEqual([]));
});
