import type { Page } from 'playwright-core';

export interface Places {
  readonly roomId: string;
}

/** A screen to take a picture of: where it is, and when it is there. */
export interface Screen {
  readonly path: (places: Places | undefined) => string;
  readonly settled: (page: Page) => Promise<void>;
}

const heading = (name: string) => async (page: Page) =>
  page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
async function inRoom(page: Page): Promise<void> {
  await page.getByText('Ready when you are.').first().waitFor();
  await page.locator('.floating-day.shown').waitFor({ state: 'detached' });
}
const room =
  (suffix = '') =>
  (places: Places | undefined) =>
    `/rooms/${places?.roomId ?? ''}${suffix}`;
const at = (path: string) => () => path;

async function openThread(page: Page): Promise<void> {
  await inRoom(page);
  await page.getByRole('button', { name: '2 replies' }).click();
  await page.getByRole('complementary', { name: 'Thread' }).getByText('Good. Then it belongs').waitFor();
}

async function openPicker(page: Page): Promise<void> {
  await inRoom(page);
  await page.getByRole('button', { name: 'Insert an emoji' }).click();
  await page.getByText('Smileys & Emotion').waitFor();
}

async function openSwitcher(page: Page): Promise<void> {
  await inRoom(page);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('re');
  await page.getByRole('option').first().waitFor();
}

async function createRoom(page: Page): Promise<void> {
  await page.getByRole('navigation', { name: 'Rooms' }).waitFor();
  await page.getByRole('button', { name: 'Create room' }).click();
  await page.getByRole('dialog').waitFor();
}

async function openShortcuts(page: Page): Promise<void> {
  await inRoom(page);
  await page.getByRole('region', { name: 'Messages in' }).focus();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
}

async function openHistory(page: Page): Promise<void> {
  await inRoom(page);
  await page.getByRole('button', { name: '(edited)' }).first().click();
  await page.getByRole('complementary').getByText('12 ms after').waitFor();
}

async function openHoldForm(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Place a hold' }).first().click();
  await page.getByLabel('People').selectOption({ label: 'Grace Hopper' });
}

async function midFilm(page: Page): Promise<void> {
  const slider = page.getByRole('slider', { name: 'Moment' });
  await slider.waitFor();
  for (let step = 0; step < 12; step += 1) await slider.press('ArrowLeft');
}

async function openTrail(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Trail', exact: true }).nth(1).click();
  await page
    .getByText(/checked by this browser/)
    .first()
    .waitFor();
}

export const screens: Readonly<Record<string, Screen>> = {
  'log-in': { path: at('/log-in'), settled: heading('Log in') },
  'sign-up': { path: at('/sign-up'), settled: heading('Start a workspace') },
  room: { path: room(), settled: inRoom },
  thread: { path: room(), settled: openThread },
  details: {
    path: room('?pane=details'),
    settled: async (page) => page.getByRole('button', { name: 'Save changes' }).waitFor(),
  },
  pins: {
    path: room('?pane=pins'),
    settled: async (page) => page.getByRole('complementary').getByText('It is cut').waitFor(),
  },
  history: { path: room(), settled: openHistory },
  shortcuts: { path: room(), settled: openShortcuts },
  mentions: {
    path: at('/mentions'),
    settled: async (page) => page.getByRole('list', { name: 'Mentions' }).getByRole('link').first().waitFor(),
  },
  me: { path: at('/me'), settled: heading('Me') },
  'emoji-picker': { path: room(), settled: openPicker },
  switcher: { path: room(), settled: openSwitcher },
  rooms: { path: at('/'), settled: async (page) => page.getByText('incident-review').first().waitFor() },
  'create-room': { path: at('/'), settled: createRoom },
  browse: { path: at('/browse'), settled: async (page) => page.getByText('watercooler').waitFor() },
  people: { path: at('/people'), settled: async (page) => page.getByText('Grace Hopper').first().waitFor() },
  search: {
    path: at('/search?q=record'),
    settled: async (page) => page.getByRole('list', { name: 'Results' }).getByRole('link').first().waitFor(),
  },
  settings: { path: at('/settings'), settled: heading('Settings') },
  administration: {
    path: at('/administration/people'),
    settled: async (page) => page.getByRole('button', { name: 'Deactivate Grace Hopper' }).waitFor(),
  },
  'record-events': {
    path: at('/record/events'),
    settled: async (page) => page.getByRole('row').nth(3).waitFor(),
  },
  'record-room': { path: (places) => `/record/room/${places?.roomId ?? ''}`, settled: midFilm },
  'record-trail': { path: (places) => `/record/room/${places?.roomId ?? ''}`, settled: openTrail },
  'record-holds': { path: at('/record/holds'), settled: openHoldForm },
  'record-retention': {
    path: at('/record/retention'),
    settled: async (page) => page.getByRole('button', { name: 'See what would go' }).waitFor(),
  },
  'record-exports': {
    path: at('/record/exports'),
    settled: async (page) => page.getByRole('button', { name: 'Make an export' }).waitFor(),
  },
  'record-erasures': {
    path: at('/record/erasures'),
    settled: async (page) => page.getByText('Nothing has been erased.').waitFor(),
  },
  'record-proofs': {
    path: at('/record/proofs'),
    settled: async (page) => page.getByRole('button', { name: 'Save the checkpoint' }).waitFor(),
  },
};
