import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { csvColumns, csvHeader, csvRows } from './csv.ts';
import { ann, awkwardTexts, imported, joined, lines, room, streamed } from './fixture.ts';

const team = { id: 'organization-1', name: '@Acme' };

async function table(): Promise<Record<string, string>[]> {
  const text = csvHeader() + (await joined(csvRows(team, room, streamed(lines))));
  return parse(text, { columns: true, record_delimiter: '\r\n' });
}

test('another parser reads back a row for every line, with the columns in their order', async () => {
  const rows = await table();
  expect(rows).toHaveLength(lines.length);
  for (const row of rows) expect(Object.keys(row)).toEqual([...csvColumns]);
});

test('texts come back as they were, but for what a spreadsheet would run', async () => {
  const rows = (await table()).filter((row) => row['Post Type'] === 'message');
  const runs = /^[=+\-@\t\r]/;
  expect(rows.slice(0, awkwardTexts.length).map((row) => row['Post Message'])).toEqual(
    awkwardTexts.map((text) => (runs.test(text) ? `'${text}` : text)),
  );
  for (const row of rows) for (const cell of Object.values(row)) expect(cell).not.toMatch(runs);
});

test('versions, deletions and what was erased are told apart', async () => {
  const rows = await table();
  const told = rows.map((row) => [row['Post Id'], row['Edited By Post Id'], row['Post Update Type']]);
  expect(told).toContainEqual(['event-20', 'message-20', 'EditedOriginalMsg']);
  expect(told).toContainEqual(['message-20', '', 'EditedNewMsg']);
  expect(told).toContainEqual(['message-2', '', 'Deleted']);
  expect(rows.find((row) => row['Post Id'] === 'message-23')).toMatchObject({
    'Post Message': '',
    'User Email': '',
  });
});

test('coming, going and having been there are rows of their own', async () => {
  const rows = (await table()).filter((row) => row['Post Type'] !== 'message');
  expect(rows.map((row) => [row['User Id'], row['Post Type'], row['Channel Type']])).toEqual([
    [ann.id, 'previously-joined', 'private'],
    [imported.id, 'enter', 'private'],
    [imported.id, 'leave', 'private'],
  ]);
});
